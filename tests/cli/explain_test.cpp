// SPDX-License-Identifier: MIT
// `nlsq explain`: with and without a file, with a fit and a listing, and what it refuses.
#include "command_support.hpp"

namespace nlsq::test {
namespace {

class Explain : public CommandTest {
 protected:
  void expect(const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
    std::vector<std::string> words{"explain"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    const Outcome outcome = nlsq(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    for (const std::string& part : parts)
      EXPECT_NE(outcome.out.find(part), std::string::npos) << part << '\n' << outcome.out;
  }
  void expect_refused(std::vector<std::string> arguments, const std::string& part) {
    arguments.insert(arguments.begin(), "explain");
    const Outcome outcome = nlsq(arguments);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  }
};

TEST_F(Explain, tells_of_a_formula_alone) {
  expect({"a*exp(-b*x) + c"}, {"3 parameters, 1,000 rows", "derivatives", "method       trf"});
  expect({"a*exp(-b*t)*s", "--columns", "t,s", "--assume-rows", "20000"}, {"2 parameters, 20,000"});
  expect({"gaussian"}, {"amp*exp("});
}

TEST_F(Explain, tells_what_options_change) {
  expect({"a*exp(-b*x)", "--loss", "huber", "--method", "dogbox", "--assume-rows", "50000"},
         {"dogbox is dense", "method       dogbox"});
  expect({"a*exp(-b*x)", "--assume-rows", "50000", "--p0", "a=1,b=1"}, {"1,024 rows"});
  expect({"a*exp(-b*x)", "--assume-rows", "50000", "--no-progressive"}, {"sample       none"});
}

TEST_F(Explain, makes_the_fit_where_it_is_asked_to) {
  write("d.csv", kDecay);
  expect({"a*exp(-b*x)", "d.csv", "--p0", "a=1,b=1"}, {"rows\nPath"});
  expect({"a*exp(-b*x)", "d.csv", "--p0", "a=1,b=1", "--time", "--listing"},
         {"ns a pass", "Listing", "exp r0"});
}

TEST_F(Explain, refuses_what_makes_no_sense) {
  expect_refused({}, "give the formula");
  expect_refused({"a*exp(-b*t)"}, "without a file x is one");
  expect_refused({"a*x", "--time"}, "give a file");
  expect_refused({"a[g]*x", "--columns", "g,x"}, "give a file");
  expect_refused({"a*x", "--plot", "p.svg"}, "there is no option --plot");
}

}  // namespace
}  // namespace nlsq::test
