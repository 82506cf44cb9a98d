// SPDX-License-Identifier: MIT
#include "data/dialect.hpp"

#include <gtest/gtest.h>

#include <string>

namespace nlsq::data {
namespace {

char detect(const std::string& text, char decimal = '.') {
  Dialect known;
  known.decimal = decimal;
  return detect_delimiter({text.data(), 1}, text.data() + text.size(), known);
}

TEST(DetectDelimiter, FindsEachDelimiter) {
  EXPECT_EQ(detect("1,2\n3,4\n"), ',');
  EXPECT_EQ(detect("1;2\n3;4\n"), ';');
  EXPECT_EQ(detect("1\t2\n3\t4\n"), '\t');
  EXPECT_EQ(detect("1 2\n3   4\n"), ' ');
}

TEST(DetectDelimiter, PrefersTheCommaToTheBlankBehindIt) { EXPECT_EQ(detect("1, 2\n3, 4\n"), ','); }

TEST(DetectDelimiter, IsNotMisledByBlanksInNames) {
  EXPECT_EQ(detect("time (s),volt (V)\n1,2\n"), ',');
  EXPECT_EQ(detect("time (s)\tvolt (V)\n1\t2\n"), '\t');
}

TEST(DetectDelimiter, SeesTheDecimalCommaBesideAnotherDelimiter) {
  EXPECT_EQ(detect("1,5;2,5\n3,5;4,5\n"), ';');
  EXPECT_EQ(detect("1,5 2,5\n3,5 4,5\n"), ' ');
  EXPECT_EQ(detect("1,5\t2,5\n"), '\t');
}

TEST(DetectDelimiter, NeverTakesTheDecimalCommaForADelimiter) {
  EXPECT_EQ(detect("1,5\n2,5\n", ','), ';');
  EXPECT_EQ(detect("1,5 2\n2,5 3\n", ','), ' ');
}

TEST(DetectDelimiter, KeepsTabsWhereAFieldIsMissing) {
  EXPECT_EQ(detect("a\tb\tc\n1\t\t2\n1\t\t2\n"), '\t');
  EXPECT_EQ(detect("1\t\t2\n1\t3\t2\n"), '\t');
}

TEST(DetectDelimiter, TakesRunsOfTabsAsBlanks) { EXPECT_EQ(detect("1\t\t2\n3\t\t4\n"), ' '); }

TEST(DetectDelimiter, IgnoresDelimitersInQuotes) {
  EXPECT_EQ(detect("\"a;b;c\",1\n\"d;e;f\",2\n"), ',');
}

TEST(DetectDelimiter, IgnoresCommentsOfBlankDelimitedText) {
  EXPECT_EQ(detect("% a, b\n! c, d\n# e, f\n1 2\n3 4\n"), ' ');
}

TEST(DetectDelimiter, FindsTheDelimiterOfARaggedText) {
  EXPECT_EQ(detect("x,y\n1,2\n3\n4,5\n"), ',');
}

TEST(DetectDelimiter, TakesASingleColumnAsOne) { EXPECT_EQ(detect("volt (V)\n1\n2\n"), ','); }

}  // namespace
}  // namespace nlsq::data
