// SPDX-License-Identifier: MIT
// Tables that instruments and spreadsheets write: read rightly, with a note on what was left out,
// or refused with options that help.
#include <sstream>

#include "../data/workbook_support.hpp"
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

TEST_F(Tables, sheets_of_workbooks_are_chosen_by_name_or_number) {
  data::Book book;
  book.texts = {"x", "y", "notes"};
  book.sheets = {{"Info", "<row><c t=\"s\"><v>2</v></c></row>"},
                 {"Run 1",
                  "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>"
                  "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>2</v></c><c><v>4</v></c>"
                  "</row><row><c><v>3</v></c><c><v>6</v></c></row>"}};
  write("d.xlsx", book.bytes());
  for (const char* const sheet : {"Run 1", "run 1", "2"}) {
    const Outcome outcome = fit("d.xlsx", "a*x", {"--sheet", sheet, "--json"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NEAR(outcome.json()["parameters"]["a"]["value"].get<double>(), 2.0, 1e-12);
  }
  expect_refused(fit("d.xlsx", "a*x"),
                 {"the sheets are 'Info' and 'Run 1' (--sheet reads another)"});
  expect_refused(fit("d.xlsx", "a*x", {"--sheet", "Run1"}),
                 {"there is no sheet 'Run1' (did you mean 'Run 1'?)"});
  write("d.csv", "x,y\n1,2\n2,4\n");
  expect_refused(fit("d.csv", "a*x", {"--sheet", "1"}),
                 {"nlsq: error: --sheet: d.csv is no workbook (.xlsx), so it has no sheet '1'"});
}

TEST_F(Tables, a_range_of_columns_is_fitted_one_by_one) {
  write("wide.csv",
        "t,blank,A1,A2,A3,temp\n0,9,1,2,3,20\n1,9,3,5,7,21\n2,9,5,8,11,20\n3,9,7,11,15,20\n");
  const Outcome outcome = nlsq({"fit", "wide.csv", "-m", "linear", "-y", "A1..A3"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::vector<std::string> groups;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) groups.push_back(line.substr(0, 5));
  EXPECT_EQ(groups, (std::vector<std::string>{"colum", "A1,4,", "A2,4,", "A3,4,"}));
  expect_refused(nlsq({"fit", "wide.csv", "-m", "linear", "-y", "A1..A4"}),
                 {"wide.csv: there is no column 'A4' (did you mean 'A1'?)"});
}

TEST_F(Tables, what_is_no_table_is_left_out_and_said) {
  const std::string rows = "0,1\n1,3\n2,5.1\n3,7\n";
  struct Case {
    const char* file;
    std::string text;
    const char* note;
  };
  const Case cases[] = {
      {"jasco.txt", "TITLE\t\nORIGIN\tX\nMAXY\t1.5\nXYDATA\n0\t1\n1\t3\n2\t5.1\n3\t7\n",
       "jasco.txt: 4 lines before the table are left out"},
      {"tcspc.asc", "  \n*BLOCK 1 ( Time Counts )\n" + rows + "*END\n",
       "tcspc.asc: 2 lines before the table and 1 after it are left out"},
      {"footer.csv", "x,y\n" + rows + "End of run,\nby hand,\n",
       "footer.csv: 2 lines after the table are left out"},
      {"units.csv", "time,V\n[s],[mV]\n" + rows, "units.csv: names from line 1, units from line 2"},
      {"marks.txt", ">>>>>Begin Spectral Data<<<<<\n0\t1\n1\t3\n2\t5.1\n3\t7\n>>>>>End<<<<<\n",
       "1 line before the table and 1 after it are left out"}};
  for (const Case& c : cases) {
    write(c.file, c.text);
    const Outcome fitted = fit(c.file, "linear", {"--json"});
    ASSERT_EQ(fitted.code, 0) << c.file << "\n" << fitted.err;
    EXPECT_EQ(fitted.json()["n"], 4) << c.file;
    expect_noted(fitted, c.note);
    EXPECT_NEAR(fitted.json()["parameters"]["a"]["value"].get<double>(), 2.01, 1e-6);
    const Outcome piped = fit("-", "linear", {"--json"}, c.text);
    EXPECT_EQ(piped.json()["n"], 4) << piped.err;
  }
  EXPECT_EQ(fit("footer.csv", "linear", {"--quiet"}).err, "");
}

TEST_F(Tables, options_win_over_looking) {
  write("two.csv", "x,y\n1,2\n2,4\n3,6.1\nSegment 2\n1,5\n2,7\n3,9.1\n4,11\n");
  expect_refused(fit("two.csv", "linear"), {"2 tables of like size", "lines 2 to 4", "lines 6 to 9",
                                            "--rows 6:9", "--block"});
  const auto n = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all{"--json"};
    all.insert(all.end(), more.begin(), more.end());
    const Outcome outcome = fit("two.csv", "linear", all);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.code == 0 ? outcome.json()["n"].get<int>() : -1;
  };
  EXPECT_EQ(n({"--rows", "6:9"}), 4);
  EXPECT_EQ(n({"--rows", "7:"}), 3);
  EXPECT_EQ(n({"--rows", "2:4"}), 3);
  EXPECT_EQ(n({"--block", "2"}), 4);
  EXPECT_EQ(n({"--block", "all"}), 7);
  EXPECT_EQ(n({"--skip", "5"}), 4);
  EXPECT_EQ(n({"--lines", ":4"}), 3);
  expect_refused(fit("two.csv", "linear", {"--rows", "6"}), {"--rows", "A:B"});
  expect_refused(fit("two.csv", "linear", {"--rows", "6:5"}), {"--rows 6:5"});
  expect_refused(fit("two.csv", "linear", {"--rows", "6:9", "--skip", "2"}), {"--rows", "--skip"});
  expect_refused(fit("two.csv", "linear", {"--rows", "60:"}), {"60"});
  write("three.csv", "made,by hand\np,q\nu,v\n1,2\n2,4\n3,6.1\n");
  expect_noted(fit("three.csv", "linear"), "'v'");
  EXPECT_EQ(fit("three.csv", "q = a*p + b", {"--header", "2"}).code, 0);
  EXPECT_EQ(fit("three.csv", "y = a*x + b", {"--header", "0"}).code, 0);
  expect_refused(fit("three.csv", "linear", {"--header", "7"}), {"three.csv"});
  expect_refused(fit("three.csv", "linear", {"--header", "-1"}), {"--header"});
}

TEST_F(Tables, columns_are_found_by_what_they_are_called) {
  write("d.csv", "Time (s),U [V],freq/Hz\n1,2,5\n2,4,6\n3,6.1,9\n4,8,7\n");
  const auto slope = [&](const std::string& formula, std::vector<std::string> more = {}) {
    more.emplace_back("--json");
    const Outcome outcome = fit("d.csv", formula, more);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.code == 0 ? outcome.json()["parameters"]["a"]["value"].get<double>() : NAN;
  };
  const double expected = slope("`U [V]` = a*`Time (s)` + b");
  EXPECT_EQ(slope("U = a*Time + b"), expected);
  EXPECT_EQ(slope("a*time + b", {"--y", "u"}), expected);
  EXPECT_EQ(slope("$2 = a*$1 + b"), expected);
  EXPECT_EQ(slope("c2 = a*c1 + b"), expected) << "nothing else is a column there";
  EXPECT_EQ(slope("a*$1 + b", {"--y", "c2"}), expected);
  EXPECT_EQ(slope("U = a*row + b"), expected) << "the rows are 1, 2, 3, 4";
  EXPECT_EQ(slope("U = a*Time + b", {"--where", "row > 0 and c3 > 0 and freq < 100"}), expected);
  expect_noted(fit("d.csv", "U = a*Time + b"), "'Time' is read as the column 'Time (s)'");
  expect_refused(fit("d.csv", "U = a*$7 + b"), {"$7", "3"});
  // A name that is given to a parameter is none of a column.
  expect_refused(fit("d.csv", "U = freq", {"--p0", "freq=3"}), {"uses no column"});
  write("one.csv", "1\n2\n3.1\n4\n");
  expect_noted(fit("one.csv", "linear"), "x is the number of the row");
  write("volts.csv", "CH1\nV\n1\n2\n3.1\n4\n");
  expect_noted(fit("volts.csv", "linear"), "x is the number of the row");
  write("row.csv", "row,y\n5,1\n6,2\n7,3.1\n");
  EXPECT_NEAR(
      fit("row.csv", "y = a*row + b", {"--json"}).json()["parameters"]["b"]["value"].get<double>(),
      -4.27, 0.1);
}

TEST_F(Tables, text_is_compared_in_conditions) {
  write("d.csv", "p,q,branch\n1,2,ads\n2,4,ads\n3,6.1,ads\n9,7,des\n8,5,des\n");
  const auto n = [&](const std::string& condition) {
    return fit("d.csv", "q = a*p + b", {"--where", condition, "--json"}).json()["n"].get<int>();
  };
  EXPECT_EQ(n("branch == \"ads\""), 3);
  EXPECT_EQ(n("branch == 'ads' and p < 3"), 2);
  EXPECT_EQ(n("branch != \"des\""), 3);
  EXPECT_EQ(n("`branch`==\"ads\" or p > 8"), 4);
  expect_refused(fit("d.csv", "q = a*p + b", {"--where", "branch == \"other\""}),
                 {"none of the 5 rows"});
  expect_refused(fit("d.csv", "q = a*p", {"--where", "p == \"1\""}), {"'p' holds numbers"});
  expect_refused(fit("d.csv", "q = a*p", {"--where", "branc == \"ads\""}), {"branc", "branch"});
}

TEST_F(Tables, words_for_values_are_left_out) {
  write("token.csv", "f,Z,T\n1,ERROR,20\n2,3,21\n3,4,22\n4,5.1,23\n5,6,24\n");
  const Outcome fitted = fit("token.csv", "Z = a*f + b", {"--json"});
  EXPECT_EQ(fitted.json()["n"], 4);
  EXPECT_EQ(fitted.json()["n_omitted"], 1);
  expect_noted(fitted, "1 row is left out where a word stands for a value (first at token.csv:2)");
  EXPECT_EQ(fit("token.csv", "Z = a*f + b", {"--expr", "g=2*Z", "--y", "g", "--json"}).json()["n"],
            4);
  EXPECT_EQ(fit("token.csv", "T = a*f + b", {"--json"}).json()["n"], 5);
  expect_refused(fit("token.csv", "Z = a*f + b", {"--missing", "raise"}), {"token.csv:2"});
  write("na.csv", "f,Z,k\n1,-9999.9,A\n2,3,A\n3,4,A\n4,off,B\n5,6,B\n6,7.1,B\n7,8,B\n");
  expect_refused(fit("na.csv", "Z = a*f + b"), {"na.csv:5", "--na off"});
  EXPECT_EQ(fit("na.csv", "Z = a*f + b", {"--na", "off,-9999.9", "--json"}).json()["n"], 5);
  const auto groups =
      read_csv(fit("na.csv", "Z = a*f + b", {"--na", "off,-9999.9", "--by", "k"}).out);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].at("n"), "2");
  EXPECT_EQ(groups[1].at("n"), "3");
  // An empty field says nothing of why it is.
  write("empty.csv", "f,Z\n1,\n2,3\n3,4.1\n");
  expect_refused(fit("empty.csv", "linear"), {"empty.csv:2", "--missing omit"});
}

TEST_F(Tables, dates_become_numbers) {
  write("d.csv", "place,date,m\nA,2020-12-19,60\nA,2020-12-20,70\nA,2020-12-21,81\n");
  const Outcome seconds = fit("d.csv", "linear", {"--json"});
  expect_noted(seconds, "'date' is read as seconds since its first (2020-12-19)");
  EXPECT_NEAR(seconds.json()["parameters"]["a"]["value"].get<double>(), 10.5 / 86400, 1e-9);
  const Outcome days = fit("d.csv", "linear", {"--time-unit", "d", "--json"});
  EXPECT_NEAR(days.json()["parameters"]["a"]["value"].get<double>(), 10.5, 1e-6);
  expect_refused(fit("d.csv", "linear", {"--time-unit", "weeks"}), {"--time-unit"});
  write("long.csv", "t;V\n01.01.2024;1\n01.02.2024;2\n01.03.2024;3.1\n");
  expect_noted(fit("long.csv", "linear"), "'t' is read as days since its first (01.01.2024)");
  write("us.csv", "t,V\n3/5/2022,1\n3/6/2022,2\n3/7/2022,3.1\n");
  expect_refused(fit("us.csv", "linear"), {"'t' holds dates", "day or month"});
  write("elapsed.csv", "t,V\n0h 0m30s,1\n0h 1m00s,2\n0h 1m30s,3.1\n");
  const Outcome elapsed = fit("elapsed.csv", "linear", {"--json", "--plot", "p.svg"});
  EXPECT_NEAR(elapsed.json()["parameters"]["a"]["value"].get<double>(), 0.035, 1e-6);
  EXPECT_NE(read("p.svg").find("t (s)"), std::string::npos);
}

TEST_F(Tables, a_plate_is_melted) {
  write("plate.csv", "Plate 1\n,1,2,3,4\nA,2,4,6.1,8\nB,1,2,3,\n");
  expect_refused(fit("plate.csv", "linear"), {"matrix", "--melt"});
  const Outcome fitted = fit("plate.csv", "linear", {"--melt", "--by", "row"});
  const auto table = read_csv(fitted.out);
  ASSERT_EQ(table.size(), 2u) << fitted.err;
  EXPECT_EQ(table[0].at("row"), "A");
  EXPECT_EQ(table[0].at("n"), "4");
  EXPECT_EQ(table[1].at("n"), "3");
  EXPECT_NEAR(number(table[1].at("a")), 1, 1e-9);
  write("wide.csv", "t,low,high\n0,1,2\n1,2,4.1\n2,3,6\n");
  const auto groups = read_csv(fit("wide.csv", "y = a*t + b", {"--melt", "--by", "column"}).out);
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[1].at("column"), "high");
  EXPECT_NEAR(number(groups[1].at("a")), 2, 1e-6);
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
  expect_refused(fit("wide.csv", "a + b*Tim"), {"`Time (s)`", "--columns"});
  EXPECT_EQ(fit("wide.csv", "`0 uM` = a + b*`Time (s)`").code, 0);
  write("text.csv", "p,q,branch\n1,2,ads\n2,3,ads\n3,4.1,des\n");
  expect_refused(fit("text.csv", "q = a*p", {"--where", "branch == ads"}), {"--by COLUMN"});
}

TEST_F(Tables, eulers_number_is_spoken_of) {
  write("d.csv", "x,y\n1,2\n2,1.2\n3,0.8\n4,0.5\n");
  expect_noted(fit("d.csv", "e*exp(-x/E)"), "'e' is Euler's number, 2.718");
  expect_noted(fit("d.csv", "pi*exp(-x/a)"), "'pi' is the number π");
  EXPECT_EQ(fit("d.csv", "a*exp(-x/b)/sqrt(2*pi)").err, "");
  expect_refused(fit("d.csv", "pi*exp(-x/a)", {"--p0", "pi=3"}), {"'pi'", "π"});
  expect_refused(fit("d.csv", "e*exp(-x/a)", {"--p0", "e=3"}), {"'e'", "Euler"});
}

TEST_F(Tables, a_mark_behind_the_last_delimiter_is_a_field) {
  write("nd.csv", "x,y,\n1,2,\n3,4,nd\n5,6,\n");
  const Outcome one = fit("nd.csv", "y = a*x");
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_NE(one.err.find("column 3 has no name; it is called 'c3'"), std::string::npos) << one.err;
}

TEST_F(Tables, short_rows_do_not_go_on_behind_a_blank_line) {
  write("short.dat", "1 2\n2 3\n3 4 7ne\n\n1 x2\n2 3\n3 4 6\n");
  const Outcome one = fit("short.dat", "a*c1", {"--y", "c2"});
  EXPECT_EQ(one.code, 2);
  EXPECT_NE(one.err.find("short.dat:3: 3 fields found, 2 expected"), std::string::npos) << one.err;
}

}  // namespace
}  // namespace nlsq::test
