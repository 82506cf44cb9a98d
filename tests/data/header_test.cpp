// SPDX-License-Identifier: MIT
#include "data/header.hpp"

#include "table_support.hpp"

namespace nlsq::data {
namespace {

TEST(Header, IsTheFirstRowIfAFieldIsNoNumber) {
  const Table table = parse("time (s),V\n1,2\n");
  EXPECT_EQ(table.names(), (Names{"time (s)", "V"}));
  EXPECT_EQ(table.rows(), 1);
}

TEST(Header, IsAbsentIfTheFirstRowHoldsNumbersAndMissingValues) {
  EXPECT_EQ(parse("1,NA\n2,3\n").rows(), 2);
}

TEST(Header, MayBeQuotedAndHoldDelimitersAndLineEnds) {
  const Table table = parse("\"a,b\",\"c\n\"\"d\"\"\"\n1,2\n");
  EXPECT_EQ(table.names(), (Names{"a,b", "c\n\"d\""}));
  EXPECT_EQ(table.line(0), 3);
}

TEST(Header, MissingNamesDependOnTheNumberOfColumns) {
  EXPECT_EQ(parse("1\n2\n").names(), (Names{"y"}));
  EXPECT_EQ(parse("1,2\n").names(), (Names{"x", "y"}));
  EXPECT_EQ(parse("1,2,3\n").names(), (Names{"x", "y", "c3"}));
  EXPECT_EQ(parse("1,2,3,4\n").names(), (Names{"c1", "c2", "c3", "c4"}));
}

TEST(Header, NamesOfRowsMayHaveNone) {
  const Names names{"c1", "x", "y"};
  EXPECT_EQ(parse("\"x\" \"y\"\n\"1\" 0.5 2\n\"2\" 1 3\n\"3\" 1.5 4\n").names(), names);
  EXPECT_EQ(parse("\"x\",\"y\"\n\"a\",0.5,2\n\"b\",1,3\n\"c\",1.5,4\n").names(), names);
  EXPECT_EQ(parse("     x    y\n0  0.5  2.0\n1  1.0  3.0\n2  1.5  4.0\n").names(), names);
  const Table titled = parse("Sample A\n1 0.5 2\n2 1 3\n3 1.5 4\n");
  EXPECT_EQ(titled.names(), (Names{"x", "y", "c3"}));
  EXPECT_FALSE(titled.notes().empty());
}

TEST(Header, MissingNamesAreNoted) {
  EXPECT_EQ(parse("1,2\n").notes(), (Names{"no header: the columns are named x, y"}));
  EXPECT_EQ(parse("1\n").notes(), (Names{"no header: the column is named y"}));
  EXPECT_TRUE(parse("x,y\n1,2\n").notes().empty());
}

TEST(Header, OfRepeatedNamesIsMadeUniqueWithANote) {
  const Table table = parse("x,x,x_2,x\n1,2,3,4\n");
  EXPECT_EQ(table.names(), (Names{"x", "x_3", "x_2", "x_4"}));
  EXPECT_EQ(table.notes().at(0), "the name 'x' occurs more than once; column 2 is called 'x_3'");
  EXPECT_EQ(parse("t,t\n1,2\n").names(), (Names{"t", "t_2"}));
}

TEST(Header, OfEmptyNamesIsCompletedWithANote) {
  const Table table = parse(",x,\"\"\n1,2,3\n");
  EXPECT_EQ(table.names(), (Names{"c1", "x", "c3"}));
  EXPECT_EQ(table.notes().at(0), "column 1 has no name; it is called 'c1'");
  EXPECT_EQ(parse("c2,,x\n1,2,3\n").names(), (Names{"c2", "c2_2", "x"}));
}

TEST(Header, ThatHoldsANumberIsNoted) {
  EXPECT_EQ(parse("x,2020\n1,2\n").notes().at(0),
            "line 1 is taken as the header although it holds the number 2020; if it is data, name "
            "the columns in "
            "a header line above it");
}

TEST(Header, MayBeACommentWithAsManyFieldsAsTheData) {
  const Table table = parse("# by hand\n# X \t Y \t E\n\n1 2 3\n");
  EXPECT_EQ(table.names(), (Names{"X", "Y", "E"}));
  EXPECT_EQ(table.notes().at(0), "the comment above the data names the columns: X, Y, E");
}

TEST(Header, MayBeACommentWithTheDelimiterOfTheData) {
  EXPECT_EQ(parse("#t (s),V\n1,2\n").names(), (Names{"t (s)", "V"}));
  EXPECT_EQ(parse("# t V\n1\t2\n").names(), (Names{"t", "V"}));
}

TEST(Header, IsNotACommentOfAnotherLengthOrWithNumbers) {
  EXPECT_EQ(parse("# a b c\n1 2\n").names(), (Names{"x", "y"}));
  EXPECT_EQ(parse("# 1 2\n1 2\n").names(), (Names{"x", "y"}));
  EXPECT_EQ(parse("# made here\n# made in 1999 by me\n1 2\n").names(), (Names{"x", "y"}));
  EXPECT_EQ(parse("# Region: Fe2p\n1 2\n").names(), (Names{"x", "y"}));
  EXPECT_EQ(parse("#\n1\n").names(), (Names{"y"}));
}

TEST(Header, MayBeACommentOfAnySign) {
  EXPECT_EQ(parse("% a b\n1 2\n").names(), (Names{"a", "b"}));
  EXPECT_EQ(parse("! a b\n1 2\n").names(), (Names{"a", "b"}));
  EXPECT_EQ(parse("; a, b\n1,2\n2,3\n").names(), (Names{"a", "b"}));
  EXPECT_EQ(parse("# x, y, err\n1 2 3\n").names(), (Names{"x", "y", "err"}));
  EXPECT_EQ(parse("# Columns: a b\n1 2\n").names(), (Names{"a", "b"}));
  EXPECT_EQ(parse("#,a\n1,2\n").names(), (Names{"#", "a"}));
  const Table table = parse("# t V\n# s mV\n1 2\n");
  EXPECT_EQ(table.names(), (Names{"t", "V"}));
  EXPECT_EQ(table.unit(1), "mV");
}

TEST(Header, MayBeACommentAboveRemarks) {
  const std::string rows = "2 .5\n3 1\n4 1.5\n";
  EXPECT_EQ(parse("# y x\n# measured in lab 3 by me\n" + rows).names(), (Names{"y", "x"}));
  EXPECT_EQ(parse("# U/V I/mA\n# taken by me\n#\n" + rows).names(), (Names{"U/V", "I/mA"}));
  EXPECT_EQ(parse("# Spectrometer data\n# Date: 2020-01-01 10:00\n" + rows).names(),
            (Names{"x", "y"}));
}

TEST(Header, OfTheFileWinsOverAComment) {
  EXPECT_EQ(parse("# a b\nc d\n1 2\n").names(), (Names{"c", "d"}));
}

TEST(Header, IsOverriddenByTheOption) {
  ReadOptions options;
  options.columns = {"a", "b"};
  EXPECT_EQ(parse("x,y\n1,2\n", options).names(), (Names{"a", "b"}));
  EXPECT_EQ(parse("1,2\n", options).names(), (Names{"a", "b"}));
  EXPECT_TRUE(parse("1,2\n", options).notes().empty());
}

TEST(Header, OptionOfAnotherCountIsRefusedWithBothCounts) {
  ReadOptions options;
  options.columns = {"a", "b", "c"};
  EXPECT_EQ(parse_error("x,y\n1,2\n", options),
            "t.csv: 3 names given (a, b, c) for a table of 2 columns");
}

TEST(Header, OptionWithRepeatedOrEmptyNamesIsRefused) {
  ReadOptions options;
  options.columns = {"a", "a"};
  EXPECT_THROW(parse("1,2\n", options), InputError);
  options.columns = {"a", ""};
  EXPECT_THROW(parse("1,2\n", options), InputError);
}

TEST(Header, WithoutRowsIsRefused) {
  EXPECT_EQ(parse_error("x,y\n"), "t.csv:1: there is a header (x, y) but no row of data below it");
  EXPECT_EQ(parse_error("\nx,y\n# none\n\n"),
            "t.csv:2: there is a header (x, y) but no row of data below it");
}

TEST(Header, TrailingDelimiterMakesNoColumn) {
  EXPECT_EQ(parse("x,y,\n1,2,\n3,4,\n").names(), (Names{"x", "y"}));
  EXPECT_EQ(parse("x,y\n1,2,\n3,4,\n").names(), (Names{"x", "y"}));
  EXPECT_EQ(parse("x,y,\n1,2\n3,4\n").names(), (Names{"x", "y"}));
  EXPECT_EQ(parse("1,2,\n3,4,\n").names(), (Names{"x", "y"}));
  EXPECT_EQ(parse("#x,y\n1,2,\n3,4,\n").names(), (Names{"x", "y"}));
}

TEST(Header, UnnamedLastColumnWithValuesIsKeptOrRefused) {
  EXPECT_EQ(parse("1,2,\n3,4,5\n").names(), (Names{"x", "y", "c3"}));
  EXPECT_EQ(parse("#x,y\n1,2,\n3,4,5\n").names(), (Names{"x", "y", "c3"}));
  EXPECT_EQ(parse_error("x,y\n1,2,\n3,4,5\n"),
            "t.csv:3: 3 fields found, 2 expected (as in the header, line 1)");
  EXPECT_EQ(parse_error("x,y\n1,2,\n3,4,\n5,6,a\n7,8,9\n"),
            "t.csv:4: 3 fields found, 2 expected (as in the header, line 1)");
}

TEST(Header, NamedLastColumnMayBeEmpty) {
  EXPECT_EQ(parse("x,y,z\n1,2,\n3,4,\n").names().size(), 3U);
}

}  // namespace
}  // namespace nlsq::data
