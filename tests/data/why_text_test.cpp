// SPDX-License-Identifier: MIT
#include "data/why_text.hpp"

#include "table_support.hpp"

namespace nlsq::data {
namespace {

void expect_said(const std::string& text, index_t column, const std::string& expected,
                 TextKind kind) {
  const Table table = parse(text);
  EXPECT_NE(value_error(table, column).find(expected), std::string::npos)
      << value_error(table, column);
  EXPECT_EQ(table.text_kind(column), kind) << text;
}

TEST(WhyText, DatesThatCannotBeRead) {
  for (const char* field : {"3/5/2022", "03-05-22", "2020-13-19", "5 March"}) {
    const std::string text = std::string("d,y\n") + field + ",1\n" + field + ",2\n";
    EXPECT_TRUE(parse(text).is_text(0)) << field;
  }
  expect_said("d,y\n3/5/2022,1\n3/6/2022,2\n", 0, "t.csv:2: column 'd' holds dates ('",
              TextKind::dates);
  expect_said("d,y\n3/5/2022,1\n3/6/2022,2\n", 0, "day or month", TextKind::dates);
}

TEST(WhyText, SignsInNumbers) {
  expect_said("x;y\n1;1,5\n2;2.25\n", 1, "--decimal ,", TextKind::numbers);
  expect_said("x,y\n1,\"1,500\"\n2,\"2,500\"\n", 1, "between thousands, use --thousands , and if",
              TextKind::numbers);
}

TEST(WhyText, Units) {
  expect_said("x,y\n1,5 mm\n2,6 mm\n", 1, "remove the unit", TextKind::numbers);
  expect_said("x,y\n1,5%\n2,6\n", 1, "percent", TextKind::numbers);
}

TEST(WhyText, WordsAmongNumbers) {
  expect_said("x,y\n1,2\n2,absent\n3,4\n4,5\n", 1, "--na absent", TextKind::numbers);
  expect_said("x,y,z\n1,2,3\n2,3,4\n3,4,5\nrun A,3,4\n", 0, "--lines :4", TextKind::numbers);
  expect_said("x,y\nA,2\nB,3\n", 0, "text ('A') where a number belongs", TextKind::labels);
}

TEST(WhyText, WhatHelpsHelps) {
  ReadOptions options;
  options.thousands = ',';
  EXPECT_EQ(column(parse("x;y\n1;36,431.13\n2;-1,234,567\n3;5\n", options), 1),
            (Values{36431.13, -1234567, 5}));
  options.decimal = '.';
  EXPECT_TRUE(parse("x;y\n1;1,50\n", options).is_text(1)) << "no groups of three";
  EXPECT_TRUE(parse("x;y\n1;0,500\n", options).is_text(1));
  options = {};
  options.decimal = ',';
  options.thousands = '.';
  EXPECT_EQ(column(parse("x;y\n1;36.431,5\n2;1.500\n", options), 1), (Values{36431.5, 1500}));
  options = {};
  options.missing_words = {"ERROR", "<0.5"};
  const Table table = parse("x,y\n1,ERROR\n2,<0.5\n3,4\n", options);
  EXPECT_TRUE(is_marked_missing(table.values(1)[0]) && is_marked_missing(table.values(1)[1]));
  EXPECT_EQ(table.values(1)[2], 4);
}

}  // namespace
}  // namespace nlsq::data
