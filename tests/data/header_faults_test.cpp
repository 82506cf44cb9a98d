// SPDX-License-Identifier: MIT
// Lines that are no names and no rows are left out with a note, or refused; what a message suggests
// works.
#include "data/header_faults.hpp"

#include "table_support.hpp"

namespace nlsq::data {
namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(HeaderFaults, ARowWithNumbersWhereTheOthersHaveIsARow) {
  const Table table =
      parse("2458378.5 -9.5 3.0 FEROS\n2458379.5 -4.6 3.0 FEROS\n2458380 1 2 HARPS\n");
  EXPECT_EQ(table.rows(), 3);
  EXPECT_EQ(table.line(0), 1);
  EXPECT_EQ(table.names(), (Names{"c1", "c2", "c3", "c4"}));
  EXPECT_EQ(parse("A,1,2\nB,3,5\nC,,7\n").rows(), 3);
  EXPECT_EQ(parse("2020-01-01;1;2\n2020-01-02;3;4\n").rows(), 2);
  EXPECT_EQ(parse("1,ERROR\n2,3\n3,4\n").rows(), 3);
  ReadOptions options;
  options.columns = {"t", "v", "e", "name"};
  EXPECT_EQ(parse("1 2 3 A\n2 3 4 A\n", options).rows(), 2);
  options.skip = 1;
  EXPECT_EQ(parse("title\n1 2 3 A\n2 3 4 A\n", options).rows(), 2);
  options.keep_text = {"name"};
  EXPECT_EQ(parse("title\n1 2 3 A\n2 3 4 A\n", options).rows(), 2);
}

TEST(HeaderFaults, ARowOfALabelThatComesOnceIsSpokenOf) {
  EXPECT_EQ(
      parse("compound,0.1,0.5\nA,3,4\nB,5,6\n").notes().at(0),
      "line 1 ('compound', …) is taken as a row, not as names: it has numbers where the lines "
      "below it have");
  EXPECT_EQ(parse("A,0.1,0.5\nA,3,4\n").notes().size(), 1U) << "no header, nothing else";
}

TEST(HeaderFaults, NamesAboveNumbersStayNames) {
  EXPECT_EQ(parse("x,y\n1,2\n").names(), (Names{"x", "y"}));
  EXPECT_EQ(parse("well,x,y\nA,1,2\nB,3,4\n").names(), (Names{"well", "x", "y"}));
  EXPECT_EQ(parse("id,n\nA1,ERROR\nA2,3\nA3,4\n").names(), (Names{"id", "n"}));
  EXPECT_EQ(parse("name,x,y\nblank,,\nA,1,2\nB,2,3\n").rows(), 3);
  EXPECT_EQ(parse("well,1,2,3\nA,5,7,6\nB,6,3,9\n").names(), (Names{"well", "1", "2", "3"}));
  EXPECT_EQ(parse("t,1,2\n0,5,7\n1,6,3\n").names(), (Names{"t", "1", "2"}));
}

TEST(HeaderFaults, ARowOfUnitsIsLeftOutAndKept) {
  for (const char* text : {"time,V\n[s],[mV]\n1,2\n2,3\n", "X,CH1,\nSecond,Volt,\n1,2,\n2,3,\n",
                           "a; b\n ; degC\n1;2\n2;3\n"}) {
    const Table table = parse(text);
    EXPECT_EQ(table.rows(), 2) << text;
    EXPECT_EQ(table.line(0), 3);
    EXPECT_EQ(column(table, 1), (Values{2, 3}));
    EXPECT_EQ(table.notes(), (Names{"t.csv: names from line 1, units from line 2"})) << text;
    ReadOptions options;
    options.skip_after_header = 1;
    EXPECT_EQ(parse(text, options).rows(), 2);
    EXPECT_EQ(parse(text, options).names(), table.names());
  }
  EXPECT_EQ(parse("time,V\n[s],[mV]\n1,2\n2,3\n").unit(1), "mV");
  const Table three = parse("t,V\ns,mV\nrun 1,run 1\n1,2\n2,3\n");
  EXPECT_EQ(three.names(), (Names{"t", "V"}));
  EXPECT_EQ(three.notes(), (Names{"t.csv: 1 line before the table is left out; names from line 1, "
                                  "units from line 2"}));
  const Table shifted = parse(
      "date\tint\tfloat\tstr\n\t\t\tmm\t\n1/2/22\t1\t2.5\tA\n"
      "1/2/22\t2\t3.5\t7\n");
  EXPECT_EQ(shifted.rows(), 2);
  EXPECT_EQ(shifted.names().front(), "date");
}

TEST(HeaderFaults, SkippingBehindARowIsRefused) {
  ReadOptions options;
  options.skip_after_header = 1;
  EXPECT_TRUE(holds(parse_error("1,2\n2,3\n", options), "t.csv:1: there is no header"));
}

TEST(HeaderFaults, APreambleIsLeftOut) {
  const auto expect_read = [](const char* text, const Names& names, index_t rows,
                              const char* note) {
    const Table table = parse(text);
    EXPECT_EQ(table.names(), names) << text;
    EXPECT_EQ(table.rows(), rows) << text;
    EXPECT_EQ(table.notes().at(0), note) << text;
  };
  expect_read("TITLE\t\nORIGIN\tJASCO\nMAXY\t1.5\nXYDATA\n2500\t0.1\n2499\t0.2\n2498\t0\n",
              {"x", "y"}, 3, "t.csv: 4 lines before the table are left out");
  expect_read("Operator,Smith\nTemperature,25\nTime,V\n1,2\n2,3\n3,4\n", {"Time", "V"}, 3,
              "t.csv: 2 lines before the table are left out; names from line 3");
  expect_read("My title,,\nx,y,z\n1,2,3\n2,3,4\n", {"x", "y", "z"}, 2,
              "t.csv: 1 line before the table is left out; names from line 2");
  expect_read("My title\nx,y,z\n1,2,3\n2,3,4\n", {"x", "y", "z"}, 2,
              "t.csv: 1 line before the table is left out; names from line 2");
  expect_read("My title\n1,2,3\n2,3,4\n", {"x", "y", "c3"}, 2,
              "t.csv: 1 line before the table is left out");
  expect_read("My title\nsecond\nx,y\ns,mV\n1,2\n2,3\n", {"x", "y"}, 2,
              "t.csv: 2 lines before the table are left out; names from line 3, units from line 4");
}

TEST(HeaderFaults, ACountAboveTheRowsIsASetting) {
  std::string text = "12 3\n";
  for (int i = 0; i < 12; ++i)
    text +=
        " " + std::to_string(i) + "  " + std::to_string(2 * i) + "  " + std::to_string(i) + "\n";
  const Table table = parse(text);
  EXPECT_EQ(table.rows(), 12);
  EXPECT_EQ(table.line(0), 2);
  EXPECT_EQ(table.notes().at(0), "t.csv: 1 line before the table is left out");
  EXPECT_EQ(parse("512\n1,2\n2,3\n3,4\n4,5\n").rows(), 4);
}

TEST(HeaderFaults, BlocksWithTitlesAreToldOf) {
  std::string text;
  for (const char* title : {"[Run 1]", "[Run 2]"})
    text += std::string(title) + "\nt\tV\n1\t2\n2\t4\n3\t6\n\n";
  const Table table = parse(text);
  EXPECT_EQ(table.line(0), 3);
  EXPECT_EQ(table.rows(), 3);
  EXPECT_EQ(table.names(), (Names{"t", "V"}));
  EXPECT_NE(table.notes().at(1).find("other rows of numbers are left out, lines 9 to 11"),
            std::string::npos)
      << table.notes().at(1);
}

TEST(HeaderFaults, LabelsAreNeitherXNorY) {
  EXPECT_EQ(parse("A 1 2\nB 2 3\nA 3 4\n").names(), (Names{"c1", "c2", "c3"}));
  EXPECT_EQ(parse("1 2 A\n2 3 B\n").names(), (Names{"x", "y", "c3"}));
}

TEST(HeaderFaults, MarkersAboveAndBelowAreLeftOut) {
  const std::string text = "*BLOCK 1 ( Time Counts )\n0 ,1\n1 ,3\n2 ,5\n*END\n";
  EXPECT_EQ(column(parse(text), 1), (Values{1, 3, 5}));
  EXPECT_EQ(parse(text).notes().at(0),
            "t.csv: 1 line before the table and 1 after it are left out");
  EXPECT_EQ(parse("; made\n; by hand\n1 2\n2 3\n3 4\n").rows(), 3);
  EXPECT_EQ(parse("// made\nx y\n1 2\n2 3\n3 4\n").names(), (Names{"x", "y"}));
  ReadOptions options;
  options.comment = "*";
  EXPECT_EQ(column(parse(text, options), 1), (Values{1, 3, 5}));
}

TEST(HeaderFaults, AFooterIsLeftOut) {
  EXPECT_EQ(parse("x,y\n1,2\n2,3\nEND\n").rows(), 2);
  EXPECT_EQ(parse("x,y\n1,2\n2,3\nEND\n").notes(),
            (Names{"t.csv: 1 line after the table is left out"}));
  const Table table = parse("x,y\n1,2\n2,3\nend of data,\nfile closed\n");
  EXPECT_EQ(column(table, 0), (Values{1, 2}));
  EXPECT_EQ(table.notes(), (Names{"t.csv: 2 lines after the table are left out"}));
  EXPECT_EQ(column(parse("x,y\n1,2\n2,3\n3,4\n4,5\n5,6\nMean,3\nSD,1\n"), 0),
            (Values{1, 2, 3, 4, 5}));
  ReadOptions options;
  options.last_line = 3;
  EXPECT_EQ(parse("x,y\n1,2\n2,3\nend of data,\nfile closed\n", options).rows(), 2);
  EXPECT_TRUE(parse("x,y\n1,2\n2,3\nend of data,\nfile closed\n", options).notes().empty());
  options.last_line = 99;
  EXPECT_EQ(parse("x,y\n1,2\n2,3\n", options).rows(), 2);
}

TEST(HeaderFaults, ANumberAmongTheRowsIsNoFooter) {
  EXPECT_TRUE(holds(parse_error("x,y\n1,2\n2,3\n7\n"), "t.csv:4: 1 field found, 2 expected"));
  EXPECT_TRUE(holds(parse_error("x,y\n1,2\n2,3\n3\n4,5\n5,6\n"), "t.csv:4: 1 field found"));
}

TEST(HeaderFaults, ALastRowThatSumsUpIsSpokenOf) {
  EXPECT_TRUE(holds(parse("well,x,y\nA,1,2\nB,3,4\nTotal,4,6\n\n").notes().at(0), "'Total'"));
  EXPECT_TRUE(parse("well,x,y\nTotal,1,2\nB,3,4\n").notes().empty());
}

TEST(HeaderFaults, RemarksMayGoOnAndOn) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "remark " + std::to_string(i) + ": by hand, today\n";
  for (int i = 0; i < 400; ++i) text += std::to_string(i) + "\t" + std::to_string(i * i) + "\n";
  const Table table = parse(text);
  EXPECT_EQ(table.rows(), 400);
  EXPECT_EQ(table.notes().at(0), "t.csv: 300 lines before the table are left out");
}

TEST(HeaderFaults, MoreNamesThanFieldsAreRefused) {
  EXPECT_TRUE(holds(parse_error("a,b,c,d\n0,1,2\n1,2,3\n2,3,4\n"),
                    "3 fields found, 4 expected (as in the header, line 1); try --skip 1 --columns "
                    "a,b,c"));
  EXPECT_TRUE(holds(parse_error("title\na,b,c,d\n0,1,2\n1,2,3\n2,3,4\n"), "title"));
}

TEST(HeaderFaults, StartAndIncrementMakeAnAxis) {
  const Table table = parse(
      "X,CH1,CH2,Start,Increment,\nSequence,Volt,Volt,-3.5e-3,5e-4\n0,1,2,\n1,2,3,\n2,3,4,\n");
  EXPECT_EQ(table.names(), (Names{"X", "CH1", "CH2"}));
  EXPECT_EQ(column(table, 0), (Values{-3.5e-3, -3.5e-3 + 5e-4, -3.5e-3 + 5e-4 * 2}));
}

TEST(HeaderFaults, AMatrixWithLabelsIsRefused) {
  for (const char* text :
       {",1,2,3\nA,5,7,6\nB,6,3,9\n", ",0.5,2,8\nA,5,7,6\nB,3,3,9\n", "\t1\t2\na\t5\t7\nb\t5\t6\n",
        ",400,410\n0,5,7\n1,6,3\n", ",1,2,3,\nA,5,7,,\nB,6,3,,\n"}) {
    const std::string error = parse_error(text);
    EXPECT_TRUE(holds(error, "t.csv:1: this looks like a matrix")) << error;
    EXPECT_TRUE(error.ends_with("--skip 1")) << error;
    ReadOptions options;
    options.skip = 1;
    EXPECT_EQ(parse(text, options).line(0), 2);
    options.skip = 0;
    options.columns = Names{"a", "b", "c", "d"};
    EXPECT_TRUE(holds(parse_error(text, options), "matrix"));
  }
}

TEST(HeaderFaults, ADelimiterAtTheEndOfSomeRowsIsNoField) {
  EXPECT_EQ(column(parse("x,y\n1,2,\n2,3\n"), 1), (Values{2, 3}));
  EXPECT_EQ(column(parse("x,y\n1,2\n2,3,\n"), 1), (Values{2, 3}));
  EXPECT_EQ(column(parse("x,y,\n1,2\n2,3,\n"), 1), (Values{2, 3}));
  EXPECT_EQ(column(parse("1,2,\n2,3\n"), 1), (Values{2, 3}));
  EXPECT_EQ(column(parse("1,2\n2,3,\n"), 1), (Values{2, 3}));
  EXPECT_EQ(parse_error("1,\n2,3\n4\n"), "t.csv:3: 1 field found, 2 expected (as in line 2)");
  EXPECT_TRUE(holds(parse_error("x,y\n1,2\n2,3,,\n"), "t.csv:3: 3 fields found, 2 expected"));
  EXPECT_TRUE(holds(parse_error("x,y,\n1,2,\n2\n"), "t.csv:3: 1 field found, 2 expected"));
}

TEST(HeaderFaults, TextBehindAClosingQuoteIsRefused) {
  EXPECT_EQ(
      parse_error("x,y\n1,2\n1,\"2\"3\n"),
      "t.csv:3: text stands between a closing quote (\") and the next delimiter; a quote inside "
      "a quoted field is written twice");
  EXPECT_TRUE(holds(parse_error("1,\"2\"3\n4,5\n"), "t.csv:1: text stands"));
}

}  // namespace
}  // namespace nlsq::data
