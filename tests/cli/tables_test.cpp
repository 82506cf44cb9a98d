// SPDX-License-Identifier: MIT
// Tables that instruments and spreadsheets write: read rightly, or refused with options that help.
#include "by_support.hpp"

namespace nlsq::test {
namespace {

class Tables : public ByTest {
 protected:
  void expect_refused(const Outcome& outcome, const std::vector<std::string>& mentioned) const {
    EXPECT_EQ(outcome.code, 2) << outcome.out;
    for (const std::string& text : mentioned)
      EXPECT_NE(outcome.err.find(text), std::string::npos) << text << "\n" << outcome.err;
  }
  void expect_noted(const Outcome& outcome, const std::string& text) const {
    EXPECT_NE(outcome.err.find(text), std::string::npos) << text << "\n" << outcome.err;
  }
  // What stands behind `mark` in a message, as a shell would take it.
  std::string flags_behind(const Outcome& outcome, const std::string& mark) const {
    const std::size_t at = outcome.err.find(mark);
    EXPECT_NE(at, std::string::npos) << outcome.err;
    if (at == std::string::npos) return "";
    return outcome.err.substr(at + mark.size(), outcome.err.find('\n') - at - mark.size());
  }
};

TEST_F(Tables, suggested_options_read_the_file) {
  write("jasco.txt",
        "TITLE\t\nORIGIN\tX\nMAXY\t1.5\nXYDATA\n2500\t1\n2499\t2\n2498\t3.1\n2497\t4\n");
  write("tcspc.asc", "  \n*BLOCK 1 ( Time Counts )\n0 ,1\n1 ,3\n2 ,5.1\n3 ,7\n*END\n");
  write("footer.csv", "x,y\n1,2\n2,3\n3,4.1\n4,5\nEnd of run,\nby hand,\n");
  write("rigol.csv", "X,Y,CH2,Start,Step,\nSeq,Volt,Volt,-3e-3,5e-6,\n0,2,8,\n1,3,-1,\n2,4.1,8,\n");
  for (const char* file : {"jasco.txt", "tcspc.asc", "rigol.csv"}) {
    const Outcome refused = fit(file, "linear");
    EXPECT_EQ(refused.code, 2) << file;
    const std::string flags = flags_behind(refused, "; try ");
    const Outcome fitted = shell(std::string("nlsq fit ") + file + " --model linear " + flags);
    EXPECT_EQ(fitted.code, 0) << file << " " << flags << "\n" << fitted.err;
  }
  expect_refused(fit("footer.csv", "linear"), {"footer.csv:6: ", "--lines :5 reads them alone"});
  EXPECT_EQ(fit("footer.csv", "linear", {"--lines", ":5"}).code, 0);
  write("units.csv", "time,V\n[s],[mV]\n1,2\n2,3\n3,4.1\n");
  const std::string flags = flags_behind(fit("units.csv", "V = a*time + b"), "leave it out: ");
  EXPECT_EQ(shell("nlsq fit units.csv --model 'V = a*time + b' " + flags).code, 0) << flags;
}

TEST_F(Tables, one_reader_gives_single_fits_and_groups_the_same_rows) {
  const std::string rows = "1 2 FEROS\n2 4.1 FEROS\n3 6 FEROS\n4 8 FEROS\n";
  write("d.dat", rows);
  const std::vector<std::string> named{"--columns", "x,y,name"};
  const auto single = fit("d.dat", "y = a*x + b", {"--columns", "x,y,name", "--json"}).json();
  EXPECT_EQ(single["n"], 4);
  const Outcome by = fit("d.dat", "y = a*x + b", {"--columns", "x,y,name", "--by", "name"});
  const auto table = read_csv(by.out);
  ASSERT_EQ(table.size(), 1u) << by.err;
  EXPECT_EQ(table[0].at("n"), "4");
  EXPECT_NEAR(number(table[0].at("a")), single["parameters"]["a"]["value"].get<double>(), 1e-9);
  write("s.dat", "title of it\n" + rows);
  const auto skipped =
      fit("s.dat", "y = a*x + b", {"--columns", "x,y,name", "--skip", "1", "--json"});
  EXPECT_EQ(skipped.json()["n"], 4);
  EXPECT_EQ(
      read_csv(fit("s.dat", "y = a*x + b", {"--columns", "x,y,name", "--skip", "1", "--by", "name"})
                   .out)[0]
          .at("n"),
      "4");
}

TEST_F(Tables, blocks_are_told_of_chosen_and_joined) {
  const std::string text = "1 2 A\n2 4 A\n3 6.1 A\n\n\n# b\n1 5 A\n2 7 A\n3 9.1 A\n4 11 A\n";
  write("d.dat", text);
  const auto n = [&](const std::string& file, std::vector<std::string> more) {
    more.insert(more.end(), {"--columns", "x,y,k", "--json"});
    const Outcome outcome = fit(file, "y = a*x + b", more, file == "-" ? text : "");
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.code == 0 ? outcome.json()["n"].get<int>() : -1;
  };
  for (const char* file : {"d.dat", "-"}) {
    EXPECT_EQ(n(file, {}), 3);
    EXPECT_EQ(n(file, {"--block", "2"}), 4);
    EXPECT_EQ(n(file, {"--block", "all"}), 7);
    EXPECT_EQ(n(file, {"--by", "k", "--block", "2"}), 4);
  }
  expect_noted(fit("d.dat", "linear"), "2 blocks of rows (3 and 4 rows)");
  expect_refused(fit("d.dat", "linear", {"--block", "5"}), {"no block 5", "2 blocks of rows"});
  expect_refused(fit("d.dat", "linear", {"--block", "none"}), {"--block", "'none'"});
  write("one.csv", "x,y\n1,2\n2,4\n\n3,6.1\n");
  expect_noted(fit("one.csv", "linear"), "line 4 is blank");
}

TEST_F(Tables, a_name_of_another_case_is_a_column_only_if_nothing_else_has_it) {
  write("d.csv", "t,y\n1,6.2\n2,3.6\n3,2.2\n4,1.4\n5,0.8\n");
  const auto names = [&](const std::string& formula, const std::vector<std::string>& more = {}) {
    std::vector<std::string> all{"--json"};
    all.insert(all.end(), more.begin(), more.end());
    const Outcome outcome = fit("d.csv", formula, all);
    EXPECT_EQ(outcome.code, 0) << formula << "\n" << outcome.err;
    return outcome.code == 0 ? outcome.json()["parameter_order"].dump() : "";
  };
  EXPECT_EQ(names("y = A*exp(-t/T)"), "[\"A\",\"T\"]");
  EXPECT_EQ(names("y = Y*exp(-k*t)"), "[\"Y\",\"k\"]");
  EXPECT_EQ(names("Y*exp(-k*t)"), "[\"Y\",\"k\"]");
  EXPECT_EQ(names("Y*exp(-k*t)", {"--y", "y"}), "[\"Y\",\"k\"]");
  EXPECT_EQ(names("A*exp(-k*T)"), "[\"A\",\"k\"]");
  EXPECT_EQ(fit("d.csv", "y = A*t^0 + T", {"--p0", "A=1,T=1"}).code, 0);
  expect_noted(fit("d.csv", "A*exp(-k*T)"), "'T' is read as the column 't'");
  expect_refused(fit("d.csv", "A + T", {"--p0", "T=3"}), {"uses no column"});
  expect_refused(fit("d.csv", "A + T", {"--bounds", "T=0:"}), {"uses no column"});
  expect_refused(fit("d.csv", "A + T", {"--fix", "T"}), {"uses no column"});
}

TEST_F(Tables, dates_are_not_passed_over_in_silence) {
  write("d.csv", "place,date,n,m\nA,2020-12-19,61,60\nA,2020-12-20,74,70\nA,2020-12-21,90,81\n");
  const Outcome refused = fit("d.csv", "linear", {"--y", "m"});
  expect_refused(refused, {"d.csv:2: column 'date' holds dates", "--expr 'x=n'"});
  EXPECT_EQ(fit("d.csv", "linear", {"--y", "m", "--expr", "x=n"}).code, 0);
  expect_refused(fit("d.csv", "m = a + b*date"), {"'date' holds dates"});
  write("two.csv", "date,y\n2020-12-19,61\n2020-12-20,74\n");
  expect_refused(fit("two.csv", "linear"), {"holds dates"});
  write("ohm.csv", "f;Z\n1,5;2,5\n2,5;3\n");
  expect_refused(fit("ohm.csv", "linear", {"--y", "Z"}), {"'f'", "--decimal ,"});
  write("token.csv", "f,Z,T\n1,ERROR,20\n2,3,21\n3,4,22\n4,5,23\n");
  expect_refused(fit("token.csv", "a*f + b"), {"which column"});
  expect_refused(fit("token.csv", "a*f + b", {"--y", "Z"}), {"token.csv:2:", "--na ERROR"});
  EXPECT_EQ(
      fit("token.csv", "a*f + b", {"--y", "Z", "--na", "ERROR,OVER", "--missing", "omit"}).code, 0);
}

TEST_F(Tables, a_third_column_is_no_sigma_and_an_unused_error_is_mentioned) {
  write("d.dat", "10 280 16.7\n20 191 13.8\n30 152 12.3\n40 150 12.2\n");
  const Outcome bare = fit("d.dat", "linear");
  expect_noted(bare, "the columns are named x, y, c3");
  expect_refused(fit("d.dat", "linear", {"--sigma", "sigma"}), {"sigma"});
  EXPECT_EQ(fit("d.dat", "linear", {"--sigma", "c3"}).code, 0);
  for (const char* name : {"sigma", "err", "dy", "y_err", "stderr", "Error", "yerr"}) {
    write("n.csv", std::string("x,y,") + name + "\n1,2,1\n2,3,1\n3,4.1,1\n");
    expect_noted(fit("n.csv", "linear"), std::string("the column '") + name + "' is not used");
    EXPECT_EQ(fit("n.csv", "linear", {"--sigma", name}).err.find("is not used"), std::string::npos);
  }
  write("n.csv", "x,y,temp\n1,2,1\n2,3,1\n3,4.1,1\n");
  EXPECT_EQ(fit("n.csv", "linear").err, "");
}

TEST_F(Tables, options_of_lines_and_words_are_checked) {
  write("d.csv", "x,y\n1,2\n2,3\n3,4.1\n4,5\n");
  EXPECT_EQ(fit("d.csv", "linear", {"--lines", ":4", "--json"}).json()["n"], 3);
  EXPECT_EQ(fit("d.csv", "linear", {"--lines", "3:5", "--json"}).json()["n"], 3);
  EXPECT_EQ(fit("d.csv", "linear", {"--lines", "3:", "--json"}).json()["n"], 3);
  expect_refused(fit("d.csv", "linear", {"--lines", "4"}), {"--lines", "A:B"});
  expect_refused(fit("d.csv", "linear", {"--lines", "4:2"}), {"--lines 4:2"});
  expect_refused(fit("d.csv", "linear", {"--lines", "2:4", "--skip", "1"}), {"--lines", "--skip"});
  expect_refused(fit("d.csv", "linear", {"--thousands", "ab"}), {"--thousands"});
  expect_refused(fit("d.csv", "linear", {"--thousands", "."}), {"thousands"});
  expect_refused(fit("d.csv", "linear", {"--skip-after-header", "-1"}), {"--skip-after-header"});
}

TEST_F(Tables, names_with_signs_and_text_say_what_to_write) {
  write("wide.csv", "Time (s),0 uM,2.5 uM\n0,1,2\n8,2,3\n16,3,4.1\n");
  expect_refused(fit("wide.csv", "a + b*Time"), {"`Time (s)`", "--columns"});
  EXPECT_EQ(fit("wide.csv", "`0 uM` = a + b*`Time (s)`").code, 0);
  write("text.csv", "p,q,branch\n1,2,ads\n2,3,ads\n3,4.1,des\n");
  expect_refused(fit("text.csv", "q = a*p", {"--where", "branch == \"ads\""}), {"--by COLUMN"});
  expect_refused(fit("text.csv", "q = a*p", {"--where", "branch == ads"}), {"--by COLUMN"});
  write("one.csv", "1\n2\n3\n");
  expect_refused(fit("one.csv", "linear"), {"one column", "awk"});
}

TEST_F(Tables, eulers_number_is_spoken_of) {
  write("d.csv", "x,y\n1,2\n2,1.2\n3,0.8\n4,0.5\n");
  expect_noted(fit("d.csv", "e*exp(-x/E)"), "'e' is Euler's number, 2.718");
  expect_noted(fit("d.csv", "pi*exp(-x/a)"), "'pi' is the number π");
  EXPECT_EQ(fit("d.csv", "a*exp(-x/b)/sqrt(2*pi)").err, "");
  expect_refused(fit("d.csv", "pi*exp(-x/a)", {"--p0", "pi=3"}), {"'pi'", "π"});
  expect_refused(fit("d.csv", "e*exp(-x/a)", {"--p0", "e=3"}), {"'e'", "Euler"});
}

}  // namespace
}  // namespace nlsq::test
