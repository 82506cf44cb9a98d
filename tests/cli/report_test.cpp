// SPDX-License-Identifier: MIT
// The table as a whole, against a file, and the forms that a row can take.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <regex>
#include <sstream>

#include "command_support.hpp"

namespace nlsq::test {
namespace {

class Report : public CommandTest {};

// How the minimizer got there depends on the machine; what it found does not.
std::string masked(const std::string& report) {
  return std::regex_replace(report, std::regex("Converged [^]*?\n\n"), "Converged\n\n");
}

TEST_F(Report, equals_the_golden_file) {
  const Outcome outcome =
      nlsq({"fit", NLSQ_EXAMPLE_DATA "/misra1a.csv", "--model", "y = a*(1 - exp(-b*x)) + c", "--p0",
            "a=250,b=5e-4", "--fix", "c=0"});
  std::ifstream file(NLSQ_CLI_GOLDEN "/report.txt");
  std::ostringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(masked(outcome.out), golden.str());
}

TEST_F(Report, says_what_became_of_each_parameter) {
  write("d.csv", kDecay);
  const std::string out = fit("d.csv", kDecayModel, {"--fix", "c=1", "--bounds", "a=:2"}).out;
  EXPECT_NE(out.find("at upper bound"), std::string::npos);
  EXPECT_NE(out.find("fixed"), std::string::npos);
  EXPECT_NE(out.find("default start 1"), std::string::npos);
  std::string far = "x,y\n";
  for (int i = 0; i < 60; ++i)
    far += fmt::format("{},{}\n", i * 1e-9, 3.0 * std::exp(-i / 7.0) + 0.01 * (i * i % 5));
  write("far.csv", far);
  const char* const formula = "y = a*exp(-x/tau) + c";
  EXPECT_NE(fit("far.csv", formula).out.find("found start"), std::string::npos);
  const std::string ones = fit("far.csv", formula, {"--starts", "ones"}).out;
  EXPECT_NE(ones.find("default start 1"), std::string::npos);
  EXPECT_EQ(fit("far.csv", formula, {"--starts", "zeros"}).code, 2);
  const std::string singular = fit("d.csv", "a*x + b*x + c").out;
  EXPECT_NE(singular.find("undetermined"), std::string::npos);
}

TEST_F(Report, stays_within_100_columns) {
  write("d.csv", "some_rather_long_name_of_a_column,y\n1,2\n2,3\n3,5\n4,6.9\n5,9.2\n");
  const Outcome outcome =
      fit("d.csv",
          "y = a_parameter_with_a_very_long_name_indeed*some_rather_long_name_of_a_column + "
          "another_parameter_with_a_long_name*1e-12*some_rather_long_name_of_a_column^2",
          {"--bounds", "another_parameter_with_a_long_name=:3e11"});
  std::istringstream lines(outcome.out);
  for (std::string text; std::getline(lines, text);) {
    const auto width =
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
    EXPECT_LE(width, 100) << text;
  }
}

}  // namespace
}  // namespace nlsq::test
