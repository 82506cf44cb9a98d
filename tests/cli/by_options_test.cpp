// SPDX-License-Identifier: MIT
// Options of many fits: starts and bounds from tables, what may fail, and wrong arguments.
#include "by_support.hpp"

namespace nlsq::test {
namespace {

class ByOptions : public ByTest {
 protected:
  ByOptions() { write("d.csv", plate({"A01", "A02", "B01"})); }
  void expect_refused(const Outcome& outcome, const std::vector<std::string>& mentioned) const {
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    for (const std::string& text : mentioned)
      EXPECT_NE(outcome.err.find(text), std::string::npos) << text << "\n" << outcome.err;
  }
};

TEST_F(ByOptions, starts_come_from_an_earlier_result) {
  EXPECT_EQ(by_well("d.csv", {"--out", "old.csv"}).code, 0);
  // Two evaluations are all there are: the result is the start, or a step away from it.
  const Outcome cold = by_well("d.csv", {"--max-nfev", "2", "--no-polish"});
  EXPECT_EQ(cold.code, 1);
  const Outcome warm = by_well("d.csv", {"--max-nfev", "2", "--no-polish", "--p0-from", "old.csv"});
  EXPECT_EQ(warm.code, 0) << warm.err;
  EXPECT_EQ(warm.err, "");
  EXPECT_EQ(by_well("d.csv", {"--out", "old.npz"}).code, 0);
  EXPECT_EQ(by_well("d.csv", {"--max-nfev", "2", "--no-polish", "--p0-from", "old.npz"}).out,
            warm.out);
  const auto old = read_csv(read("old.csv")), fresh = read_csv(warm.out);
  for (std::size_t k = 0; k < 3; ++k)
    EXPECT_NEAR(number(fresh[k].at("b")), number(old[k].at("b")), 1e-6);
}

TEST_F(ByOptions, groups_without_a_start_take_the_common_one) {
  write("old.csv", "b,well,a,c\n7,A02,5,3\n,B01,6,\n");
  const Outcome outcome =
      by_well("d.csv", {"--p0-from", "old.csv", "--p0", "a=2,b=0.5,c=0.25", "--json"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("1 of 3 groups is not in old.csv and take"), std::string::npos)
      << outcome.err;
  std::istringstream lines(outcome.out);
  std::vector<std::vector<double>> starts;
  for (std::string line; std::getline(lines, line);) {
    const auto p = nlohmann::json::parse(line)["parameters"];
    starts.push_back({p["a"]["start"], p["b"]["start"], p["c"]["start"]});
  }
  EXPECT_EQ(starts, (std::vector<std::vector<double>>{{2, 0.5, 0.25}, {5, 7, 3}, {6, 0.5, 0.25}}));
}

TEST_F(ByOptions, keys_of_numbers_find_their_text) {
  write("n.csv", plate({"7", "8", "x"}));
  write("old.csv", "well,a,b,c\n8,5,1,3\n7,6,1,3\n");
  const Outcome outcome = by_well("n.csv", {"--p0-from", "old.csv", "--json"});
  EXPECT_EQ(nlohmann::json::parse(
                outcome.out.substr(0, outcome.out.find('\n')))["parameters"]["a"]["start"],
            6.0);
}

TEST_F(ByOptions, wrong_tables_of_starts_are_refused) {
  write("no_key.csv", "wells,a,b,c\nA01,1,1,1\n");
  expect_refused(by_well("d.csv", {"--p0-from", "no_key.csv"}),
                 {"--p0-from", "no column named 'well'", "did you mean 'wells'"});
  write("no_b.csv", "well,a,bb,c\nA01,1,1,1\n");
  expect_refused(by_well("d.csv", {"--p0-from", "no_b.csv"}),
                 {"no_b.csv has no column 'b'", "'bb'", "--p0 b=VALUE"});
  EXPECT_EQ(by_well("d.csv", {"--p0-from", "no_b.csv", "--p0", "b=1"}).code, 0);
  EXPECT_EQ(by_well("d.csv", {"--p0-from", "no_b.csv", "--fix", "b=1"}).code, 0);
  write("twice.csv", "well,a,b,c\nA01,1,1,1\nA02,1,1,1\nA01,2,1,1\n");
  expect_refused(by_well("d.csv", {"--p0-from", "twice.csv"}),
                 {"A01 comes twice in twice.csv:4; first at twice.csv:2"});
  expect_refused(by_well("d.csv", {"--p0-from", "nowhere.csv"}), {"nowhere.csv: no such file"});
}

TEST_F(ByOptions, bounds_come_from_a_table) {
  write("bounds.csv", "well,b_max,b_min\nA02,0.2,0.1\nB01,,0.8\n");
  const Outcome outcome = by_well("d.csv", {"--bounds-from", "bounds.csv", "--bounds", "b=0:5"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto table = read_csv(outcome.out);
  EXPECT_NEAR(number(table[0].at("b")), 0.4, 0.05);
  EXPECT_EQ(table[1].at("b"), "0.2");
  EXPECT_NE(table[1].at("message").find("at its bound"), std::string::npos);
  EXPECT_EQ(table[2].at("b"), "0.8");
  write("crossed.csv", "well,b_min,b_max\nA02,2,1\n");
  expect_refused(by_well("d.csv", {"--bounds-from", "crossed.csv"}),
                 {"lower bound 2", "'b'", "A02"});
  write("none.csv", "well,low\nA02,2\n");
  expect_refused(by_well("d.csv", {"--bounds-from", "none.csv"}),
                 {"none.csv has no bounds", "'a_min'"});
}

TEST_F(ByOptions, so_many_may_fail) {
  write("few.csv", plate({"A01", "A02", "B01"}) + "few,1,1\n");
  for (const char* most : {"0", "0%", "24.9%"})
    EXPECT_EQ(by_well("few.csv", {"--max-failed", most}).code, 1) << most;
  for (const char* most : {"1", "25%", "100%"}) {
    const Outcome outcome = by_well("few.csv", {"--max-failed", most});
    EXPECT_EQ(outcome.code, 0) << most;
    EXPECT_EQ(outcome.err, "nlsq: warning: 1 of 4 groups failed: few\n");
  }
  for (const char* wrong : {"-1", "x", "101%", "%"})
    expect_refused(by_well("few.csv", {"--max-failed", wrong}), {"--max-failed", wrong});
}

TEST_F(ByOptions, strict_exits_with_1_where_the_data_of_a_group_do_not_determine_all) {
  EXPECT_EQ(by_well("d.csv", {"--strict"}).code, 0);
  std::string text = "well,x,y\n";
  for (int k = 0; k < 8; ++k) text += "flat,2," + std::to_string(k % 3) + "\n";
  write("flat.csv", plate({"A01"}) + text.substr(text.find('\n') + 1));
  EXPECT_EQ(by_well("flat.csv").code, 0);
  EXPECT_EQ(by_well("flat.csv", {"--strict"}).code, 1);
}

TEST_F(ByOptions, a_list_of_failed_groups_is_short) {
  std::string text = "well,x,y\n";
  for (int k = 0; k < 30; ++k) text += "W" + std::to_string(k) + ",1,1\n";
  write("few.csv", text);
  EXPECT_EQ(by_well("few.csv").err,
            "nlsq: warning: 30 of 30 groups failed: W0, W1, W2, W3, W4, W5, W6, W7, W8, W9, …\n");
}

TEST_F(ByOptions, groups_beyond_the_time_limit_say_so) {
  const Outcome outcome = by_well("d.csv", {"--time-limit", "1e-9"});
  EXPECT_EQ(outcome.code, 1);
  for (const auto& row : read_csv(outcome.out)) {
    EXPECT_EQ(row.at("status"), "-2");
    EXPECT_EQ(row.at("n"), "12");
    EXPECT_NE(row.at("message").find("not begun"), std::string::npos);
  }
  EXPECT_EQ(by_well("d.csv", {"--time-limit", "1000"}).code, 0);
  for (const char* wrong : {"0", "-1", "soon"})
    expect_refused(by_well("d.csv", {"--time-limit", wrong}), {"--time-limit", wrong});
}

TEST_F(ByOptions, wrong_keys_are_named) {
  expect_refused(fit("d.csv", kDecayModel, {"--by", "wel"}),
                 {"--by: d.csv has no column named 'wel'", "did you mean 'well'", "'x' and 'y'"});
  expect_refused(fit("d.csv", kDecayModel, {"--by", "well,well"}), {"'well' is given twice"});
  expect_refused(fit("d.csv", kDecayModel, {"--by", "y"}), {"'y' is the column that is fitted"});
  expect_refused(fit("d.csv", kDecayModel, {"--by", "well=A"}), {"--by", "names of columns"});
  write("bare.csv", plate({"A01"}).substr(9));
  expect_refused(fit("bare.csv", "y = a*x + b", {"--by", "well"}),
                 {"no column named 'well'", "no header: the columns are named"});
  const Outcome named = by_well("bare.csv", {"--columns", "well,x,y"});
  EXPECT_EQ(named.out, by_well("d.csv").out.substr(0, named.out.size()));
}

TEST_F(ByOptions, what_belongs_together_is_said) {
  for (const char* option : {"--bounds-from", "--max-failed", "--time-limit"})
    expect_refused(fit("d.csv", kDecayModel, {option, "1"}), {option, "--by COLUMN"});
  expect_refused(by_well("d.csv", {"--plot", "p.svg"}), {"--plot draws one fit", "--where"});
  expect_refused(by_well("d.csv", {"--memory", "1G"}), {"--memory limits one fit"});
  expect_refused(by_well("d.csv", {"--level", "0.9"}), {"--level", "--json has"});
  expect_refused(by_well("d.csv", {"--out", "r.xlsx"}), {"'r.xlsx'", ".csv nor in .npz"});
  expect_refused(by_well("d.csv", {"--out", "nowhere/r.csv"}), {"no folder 'nowhere'"});
  expect_refused(by_well("d.csv", {"--p0", "q=1"}), {"'q'"});
  write("old.csv", "well,a,b,c\nA01,1,1,1\n");
  expect_refused(by_well("d.csv", {"--p0", "q=1", "--p0-from", "old.csv"}), {"--p0", "'q'"});
  EXPECT_EQ(files(), (std::vector<std::string>{"d.csv", "old.csv"}));
}

}  // namespace
}  // namespace nlsq::test
