// SPDX-License-Identifier: MIT
// Lines that are no names and no rows are refused, and what the message suggests works.
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

TEST(HeaderFaults, ARowOfUnitsIsNamedWithTheOptionThatHelps) {
  for (const char* text : {"time,V\n[s],[mV]\n1,2\n2,3\n", "X,CH1,\nSecond,Volt,\n1,2,\n2,3,\n",
                           "a; b\n ; degC\n1;2\n2;3\n"}) {
    const std::string error = parse_error(text);
    EXPECT_TRUE(holds(error, "t.csv:2: ")) << error;
    EXPECT_TRUE(holds(error, "row of units")) << error;
    EXPECT_TRUE(error.ends_with(": --skip-after-header 1")) << error;
    ReadOptions options;
    options.skip_after_header = 1;
    const Table table = parse(text, options);
    EXPECT_EQ(table.rows(), 2);
    EXPECT_EQ(table.line(0), 3);
    EXPECT_FALSE(table.is_text(1));
  }
  EXPECT_TRUE(parse_error("t,V\ns,mV\nrun 1,run 1\n1,2\n2,3\n").ends_with("--skip-after-header 2"));
}

TEST(HeaderFaults, SkippingBehindARowIsRefused) {
  ReadOptions options;
  options.skip_after_header = 1;
  EXPECT_TRUE(holds(parse_error("1,2\n2,3\n", options), "t.csv:1: there is no header"));
}

TEST(HeaderFaults, APreambleIsNamedWithTheLinesToSkip) {
  EXPECT_EQ(
      parse_error("TITLE\t\nORIGIN\tJASCO\nMAXY\t1.5\nXYDATA\n2500\t0.1\n2499\t0.2\n2498\t0\n"),
      "t.csv:1: 'TITLE' does not name the columns of the rows from line 5 on ('2500, 0.1'); try "
      "--skip 4");
  EXPECT_TRUE(parse_error("Operator,Smith\nTemperature,25\nTime,V\n1,2\n2,3\n3,4\n")
                  .ends_with("; try --skip 2"));
  EXPECT_TRUE(parse_error("My title,,\nx,y,z\n1,2,3\n2,3,4\n").ends_with("; try --skip 1"));
  EXPECT_TRUE(parse_error("My title\nx,y,z\n1,2,3\n2,3,4\n").ends_with("; try --skip 1"));
  EXPECT_TRUE(parse_error("My title\n1,2,3\n2,3,4\n").ends_with("; try --skip 1"));
  EXPECT_TRUE(parse_error("My title\nsecond\nx,y\ns,mV\n1,2\n2,3\n")
                  .ends_with("; try --skip 2 --skip-after-header 1"));
}

TEST(HeaderFaults, MarkersAboveAndBelowAreComments) {
  const std::string text = "*BLOCK 1 ( Time Counts )\n0 ,1\n1 ,3\n2 ,5\n*END\n";
  EXPECT_TRUE(parse_error(text).ends_with("; try --comment '*'")) << parse_error(text);
  EXPECT_TRUE(parse_error("; made\n; by hand\n1 2\n2 3\n3 4\n").ends_with("; try --comment ';'"));
  EXPECT_TRUE(parse_error("// made\nx y\n1 2\n2 3\n3 4\n").ends_with("; try --comment '/'"));
  ReadOptions options;
  options.comment = "*";
  EXPECT_EQ(column(parse(text, options), 1), (Values{1, 3, 5}));
}

TEST(HeaderFaults, AFooterIsNamedWithTheLinesThatAreRows) {
  EXPECT_EQ(parse_error("x,y\n1,2\n2,3\nEND\n"),
            "t.csv:4: 1 field found, 2 expected (as in the header, line 1); try --lines :3");
  EXPECT_TRUE(parse_error("x,y\n1,2\n2,3\nend of data,\nfile closed\n").ends_with("--lines :3"));
  ReadOptions options;
  options.last_line = 3;
  EXPECT_EQ(parse("x,y\n1,2\n2,3\nend of data,\nfile closed\n", options).rows(), 2);
  options.last_line = 99;
  EXPECT_EQ(parse("x,y\n1,2\n2,3\n", options).rows(), 2);
}

TEST(HeaderFaults, ALastRowThatSumsUpIsSpokenOf) {
  EXPECT_TRUE(holds(parse("well,x,y\nA,1,2\nB,3,4\nTotal,4,6\n\n").notes().at(0), "'Total'"));
  EXPECT_TRUE(parse("well,x,y\nTotal,1,2\nB,3,4\n").notes().empty());
}

TEST(HeaderFaults, RemarksMayGoOnAndOn) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "remark " + std::to_string(i) + ": by hand, today\n";
  for (int i = 0; i < 400; ++i) text += std::to_string(i) + "\t" + std::to_string(i * i) + "\n";
  EXPECT_TRUE(parse_error(text).ends_with("; try --skip 300")) << parse_error(text);
}

TEST(HeaderFaults, MoreNamesThanFieldsSuggestNamesForThem) {
  EXPECT_TRUE(parse_error("X,CH1,CH2,Start,\nSequence,Volt,Volt,-3.5e-3,\n0,1,2,\n1,2,3,\n2,3,4,\n")
                  .ends_with("3 fields found, 4 expected (as in the header, line 1); try --skip 2 "
                             "--columns X,CH1,CH2"));
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
