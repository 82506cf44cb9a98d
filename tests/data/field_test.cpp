// SPDX-License-Identifier: MIT
#include "data/field.hpp"

#include <gtest/gtest.h>

namespace nlsq::data {
namespace {

using Strings = std::vector<std::string>;

TEST(SplitLine, TrimsBlanksAroundFields) {
  EXPECT_EQ(split_line(" a , b c ,d", {',', '.'}), (Strings{"a", "b c", "d"}));
}

TEST(SplitLine, KeepsEmptyFieldsBetweenDelimiters) {
  EXPECT_EQ(split_line("a,,b,", {',', '.'}), (Strings{"a", "", "b", ""}));
  EXPECT_EQ(split_line("\t1\t", {'\t', '.'}), (Strings{"", "1", ""}));
}

TEST(SplitLine, TakesRunsOfBlanksAsOneDelimiter) {
  EXPECT_EQ(split_line(" \t1  2\t\t3  ", {' ', '.'}), (Strings{"1", "2", "3"}));
}

TEST(SplitLine, EndsABlankDelimitedLineAtAComment) {
  EXPECT_EQ(split_line("1 2 # three", {' ', '.'}), (Strings{"1", "2"}));
  EXPECT_EQ(split_line("1 2#3", {' ', '.'}), (Strings{"1", "2#3"}));
}

TEST(SplitLine, UnquotesFields) {
  EXPECT_EQ(split_line(R"("a,b", "say ""hi""" ,"")", {',', '.'}),
            (Strings{"a,b", "say \"hi\"", ""}));
  EXPECT_EQ(split_line(R"("a b" "c""d")", {' ', '.'}), (Strings{"a b", "c\"d"}));
}

TEST(SplitLine, KeepsAQuoteInsideAField) {
  EXPECT_EQ(split_line("5\" pipe,3", {',', '.'}), (Strings{"5\" pipe", "3"}));
}

TEST(ReadRecord, TellsTextBehindAClosingQuote) {
  const std::string text = "\"a\"b,c\n\"a\" ,c\n";
  const char* end = text.data() + text.size();
  Cursor cursor{text.data(), 1};
  Record record;
  ASSERT_TRUE(read_record(cursor, end, {',', '.'}, record));
  EXPECT_FALSE(record.sound);
  EXPECT_EQ(record.fields.size(), 2U);
  ASSERT_TRUE(read_record(cursor, end, {',', '.'}, record));
  EXPECT_TRUE(record.sound);
}

TEST(ReadRecord, SkipsBlankLinesAndCommentsAndCountsLines) {
  const std::string text = "\n# one\n  \n1,2\n";
  Cursor cursor{text.data(), 1};
  Record record;
  Gap gap;
  ASSERT_TRUE(read_record(cursor, text.data() + text.size(), {',', '.'}, record, &gap));
  EXPECT_EQ(record.fields, (Strings{"1", "2"}));
  EXPECT_EQ(record.at.line, 4);
  EXPECT_EQ(gap.comment, "# one");
  EXPECT_EQ(gap.blank_line, 1);
  EXPECT_TRUE(gap.separates);
  EXPECT_EQ(cursor.line, 5);
}

TEST(ReadRecord, CountsLineEndsInsideQuotes) {
  const std::string text = "\"a\nb\",1\r\n2,3";
  const char* end = text.data() + text.size();
  Cursor cursor{text.data(), 1};
  Record record;
  read_record(cursor, end, {',', '.'}, record);
  EXPECT_EQ(record.fields[0], "a\nb");
  read_record(cursor, end, {',', '.'}, record);
  EXPECT_EQ(record.at.line, 3);
}

TEST(Shortened, CutsAtAWholeCharacterAndHidesControlCharacters) {
  EXPECT_EQ(shortened("a\nb"), "a b");
  const std::string text = std::string(39, 'a') + "é";
  EXPECT_EQ(shortened(text), std::string(39, 'a') + "…");
}

}  // namespace
}  // namespace nlsq::data
