// SPDX-License-Identifier: MIT
// Which data are fitted: response, sigma, rows, columns, formats.
#include <cmath>

#include "command_support.hpp"

namespace nlsq::test {
namespace {

class Data : public CommandTest {
 protected:
  double value(const Outcome& outcome, const std::string& name) const {
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.json()["parameters"][name]["value"];
  }
};

TEST_F(Data, the_response_is_the_option_then_the_formula_then_y_then_what_is_left) {
  write("d.csv", "x,y,z\n1,2,10\n2,4,20\n3,6,30\n");
  EXPECT_EQ(fit("d.csv", "z = a*x", {"--json", "--y", "y"}).json()["response"], "y");
  EXPECT_EQ(fit("d.csv", "z = a*x", {"--json"}).json()["response"], "z");
  EXPECT_EQ(fit("d.csv", "z ~ a*x", {"--json"}).json()["response"], "z");
  EXPECT_EQ(fit("d.csv", "a*x", {"--json"}).json()["response"], "y");
  EXPECT_EQ(fit("d.csv", "a*x + b*y", {"--json"}).json()["response"], "z");
  write("left.csv", "t,counts,err,label\n1,2,1,a\n2,4,1,b\n3,6,1,c\n");
  EXPECT_EQ(fit("left.csv", "a*t", {"--json", "--sigma", "err"}).json()["response"], "counts");
}

TEST_F(Data, many_rows_begin_on_a_sample_unless_steps_are_shown) {
  std::string csv = "x,y\n";
  for (int i = 0; i < 20000; ++i) {
    const double x = 2e-4 * i;
    csv +=
        std::to_string(x) + "," + std::to_string(2.5 * std::exp(-1.3 * x) + 0.01 * (i % 7)) + "\n";
  }
  write("d.csv", csv);
  const std::vector<std::string> start = {"--json", "--p0", "a=1,b=1,c=1"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), start.begin(), start.end());
    return fit("d.csv", "a*exp(-b*x) + c", more).json();
  };
  EXPECT_EQ(with({})["progressive"], true);
  EXPECT_EQ(with({"--loss", "cauchy", "--f-scale", "0.02"})["progressive"], true);
  EXPECT_EQ(with({"--no-progressive"})["progressive"], false);
  EXPECT_EQ(with({"--verbose"})["progressive"], false);
}

TEST_F(Data, names_are_found_exactly_then_without_case_and_a_note) {
  write("d.csv", "X,Y,x\n1,2,5\n2,4,6\n3,6.5,8\n");
  const Outcome outcome = fit("d.csv", "a*X", {"--json"});
  EXPECT_EQ(outcome.json()["response"], "Y");
  EXPECT_NE(outcome.err.find("nlsq: note: 'y' is read as the column 'Y'"), std::string::npos);
  EXPECT_EQ(fit("d.csv", "a*X", {"--json", "--quiet"}).err, "");
}

TEST_F(Data, names_with_blanks_are_written_in_backquotes) {
  write("d.csv", "time (s),signal\n1,2\n2,4\n3,6\n");
  EXPECT_NEAR(value(fit("d.csv", "a*`time (s)`", {"--json"}), "a"), 2.0, 1e-12);
  EXPECT_NEAR(
      value(fit("d.csv", "signal = `k 1`*`time (s)`", {"--json", "--p0", "`k 1`=3"}), "k 1"), 2.0,
      1e-12);
}

TEST_F(Data, rows_outside_where_are_no_part_of_the_data) {
  write("d.csv", "x,y\n1,2\n2,4\n3,6\n4,nan\n5,99\n");
  const auto json = fit("d.csv", "a*x", {"--json", "--where", "x < 4", "--where", "x != 2"}).json();
  EXPECT_EQ(json["n"], 2);
  EXPECT_EQ(json["n_omitted"], 0);
  EXPECT_NEAR(json["parameters"]["a"]["value"], 2.0, 1e-12);
}

TEST_F(Data, omit_counts_incomplete_rows_of_used_columns_only) {
  write("d.csv", "x,y,other\n1,2,\n2,,1\n3,6,\nNA,1,1\n5,10,\n");
  const auto json = fit("d.csv", "a*x", {"--json", "--y", "y", "--missing", "omit"}).json();
  EXPECT_EQ(json["n"], 3);
  EXPECT_EQ(json["n_omitted"], 2);
}

TEST_F(Data, expressions_are_evaluated_in_order) {
  write("d.csv", "x,y\n1,10\n2,100\n3,1000\n");
  const Outcome outcome =
      fit("d.csv", "l2 = a*x", {"--json", "--expr", "l=log10(y)", "--expr", "l2=2*l"});
  EXPECT_NEAR(value(outcome, "a"), 2.0, 1e-12);
}

TEST_F(Data, sigma_is_a_column_a_number_or_an_expression) {
  write("d.csv", "x,y,e\n1,2,1\n2,4.5,2\n3,6,3\n4,8.5,4\n");
  const auto column =
      fit("d.csv", "a*x", {"--json", "--y", "y", "--sigma", "e", "--absolute-sigma"}).json();
  const auto expression =
      fit("d.csv", "a*x", {"--json", "--y", "y", "--sigma", "sqrt(x*x)", "--absolute-sigma"})
          .json();
  EXPECT_EQ(column["parameters"], expression["parameters"]);
  EXPECT_EQ(column["sigma"], "e");
  const auto one =
      fit("d.csv", "a*x", {"--json", "--y", "y", "--sigma", "1", "--absolute-sigma"}).json();
  const auto two =
      fit("d.csv", "a*x", {"--json", "--y", "y", "--sigma", "2", "--absolute-sigma"}).json();
  EXPECT_NEAR(two["parameters"]["a"]["stderr"].get<double>() /
                  one["parameters"]["a"]["stderr"].get<double>(),
              2.0, 1e-9);
}

TEST_F(Data, infinite_sigma_masks_a_row) {
  write("d.csv", "x,y,e\n1,2,1\n2,400,inf\n3,6,1\n4,8,1\n");
  const auto json = fit("d.csv", "a*x", {"--json", "--y", "y", "--sigma", "e"}).json();
  EXPECT_EQ(json["n"], 3);
  EXPECT_EQ(json["n_masked"], 1);
  EXPECT_NEAR(json["parameters"]["a"]["value"], 2.0, 1e-12);
}

TEST_F(Data, standard_input_and_layouts_are_read) {
  EXPECT_NEAR(value(fit("-", "a*x", {"--json"}, "x,y\n1,2\n2,4\n3,6\n"), "a"), 2.0, 1e-12);
  write("eu.csv", "Titel\nx;y\n1,5;3\n2,5;5\n3,5;7\n");
  EXPECT_NEAR(
      value(fit("eu.csv", "a*x", {"--json", "--skip", "1", "--delimiter", ";", "--decimal", ","}),
            "a"),
      2.0, 1e-12);
  write("bare.txt", "1 2\n2 4\n3 6\n");
  EXPECT_NEAR(value(fit("bare.txt", "v = a*t", {"--json", "--columns", "t,v"}), "a"), 2.0, 1e-12);
}

TEST_F(Data, a_parameter_like_an_unused_column_is_warned_about) {
  write("d.csv", "x,y,temp\n1,2,1\n2,4,1\n3,6.5,1\n4,8,2\n");
  const Outcome outcome = fit("d.csv", "a*x + tmep", {"--json"});
  EXPECT_NE(outcome.err.find("nlsq: warning: 'tmep' is a parameter"), std::string::npos);
  EXPECT_NE(outcome.json()["warnings"].dump().find("tmep"), std::string::npos);
  EXPECT_EQ(fit("d.csv", "a*x + b", {"--json"}).err, "");
}

TEST_F(Data, x_is_the_column_that_is_named) {
  write("d.csv", "t (s),u,y\n1,5,10\n2,6,12\n3,7,14\n4,9,18\n");
  for (const char* const model : {"linear", "a*x + b"}) {
    const auto json = fit("d.csv", model, {"--json", "--x", "u"}).json();
    EXPECT_NEAR(json["parameters"]["a"]["value"], 2.0, 1e-9) << model;
    EXPECT_NEAR(json["parameters"]["b"]["value"], 0.0, 1e-9) << model;
  }
  EXPECT_EQ(fit("d.csv", "a*x + b", {"--json", "--x", "t"}).json()["model"], "a*`t (s)` + b");
  EXPECT_NE(fit("d.csv", "linear", {"--x", "v"}).err.find("--x: d.csv has no column named 'v'"),
            std::string::npos);
  EXPECT_NE(fit("d.csv", "a*u", {"--x", "u"}).err.find("the formula 'a*u' has no x"),
            std::string::npos);
}

TEST_F(Data, fewer_rows_than_asked_for_are_an_error) {
  write("d.csv", "x,y\n1,2\n2,4\n3,6\n4,\n");
  EXPECT_EQ(fit("d.csv", "a*x", {"--missing", "omit", "--min-rows", "3"}).code, 0);
  const Outcome outcome = fit("d.csv", "a*x", {"--missing", "omit", "--min-rows", "4"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("--min-rows: 4 rows are wanted, 3 are left to fit"), std::string::npos)
      << outcome.err;
}

TEST_F(Data, bounds_may_be_given_in_the_order_of_the_parameters) {
  write("d.csv", "x,y\n1,2\n2,4\n3,6\n");
  const auto json = fit("d.csv", "a*x + b", {"--json", "--bounds", ":1.5,-9:"}).json();
  EXPECT_EQ(json["parameters"]["a"]["value"], 1.5);
  EXPECT_NE(fit("d.csv", "a*x + b", {"--bounds", "0:1"})
                .err.find("--bounds: give LOW:HIGH for all 2 parameters in their order, 'a' and "
                          "'b', or by name: a=0:10"),
            std::string::npos);
  EXPECT_EQ(fit("d.csv", "a*x + b", {"--bounds", "0:1,b=0:1"}).code, 2);
}

}  // namespace
}  // namespace nlsq::test
