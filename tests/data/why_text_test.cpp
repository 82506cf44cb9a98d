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

TEST(WhyText, DatesAndTimes) {
  for (const char* field :
       {"2020-12-19", "27.2.2023", "1/31/23", "31-Dec-2020", "2020-01-01T12:00"}) {
    const std::string text = std::string("d,y\n") + field + ",1\n" + field + ",2\n";
    expect_said(text, 0, "t.csv:2: column 'd' holds dates ('", TextKind::dates);
  }
  expect_said("t,y\n12:30,1\n13:00,2\n", 0, "holds times ('12:30')", TextKind::dates);
  expect_said("t;y\n0h 1m59s;1\n0h 2m59s;2\n", 0, "holds times", TextKind::dates);
}

TEST(WhyText, SignsInNumbers) {
  expect_said("x;y\n1;1,5\n2;2,25\n", 1, "--decimal ,", TextKind::numbers);
  expect_said("x;y\n1;36,431.13\n2;5\n", 1, "use --thousands ,", TextKind::numbers);
  expect_said("x,y\n1,\"1,500\"\n2,\"2,500\"\n", 1, "between thousands, use --thousands , and if",
              TextKind::numbers);
  expect_said("x;y\n1;1,500\n2;2,5\n", 1, "--decimal ,", TextKind::numbers);
  expect_said("x;y\n1;36.431,13\n2;5\n", 1, "--decimal , --thousands .", TextKind::numbers);
  expect_said("x;y\n1;1'500\n2;5\n", 1, "--thousands", TextKind::numbers);
}

TEST(WhyText, UnitsPercentAndLimits) {
  expect_said("x,y\n1,5 mm\n2,6 mm\n", 1, "remove the unit", TextKind::numbers);
  expect_said("x,y\n1,5%\n2,6%\n", 1, "percent", TextKind::numbers);
  expect_said("x,y\n1,<0.5\n2,6\n", 1, "--na '<0.5'", TextKind::numbers);
}

TEST(WhyText, WordsAmongNumbers) {
  expect_said("x,y\n1,2\n2,ERROR\n3,4\n4,5\n", 1, "--na ERROR", TextKind::numbers);
  expect_said("x,y\n1,2\n2,3\n3,4\nMean,3\n", 0, "--lines :4", TextKind::numbers);
  expect_said("x,y\n1,2\n2,3\nx,y\n3,4\n4,5\n", 0, "--comment x --columns 'x,y' leaves",
              TextKind::numbers);
  expect_said("x,y\nA,2\nB,3\n", 0, "text ('A') where a number belongs", TextKind::labels);
}

TEST(WhyText, WhatHelpsHelps) {
  ReadOptions options;
  options.thousands = ',';
  EXPECT_EQ(column(parse("x;y\n1;36,431.13\n2;-1,234,567\n3;5\n", options), 1),
            (Values{36431.13, -1234567, 5}));
  EXPECT_TRUE(parse("x;y\n1;1,50\n", options).is_text(1)) << "no groups of three";
  EXPECT_TRUE(parse("x;y\n1;0,500\n", options).is_text(1));
  options = {};
  options.decimal = ',';
  options.thousands = '.';
  EXPECT_EQ(column(parse("x;y\n1;36.431,5\n2;1.500\n", options), 1), (Values{36431.5, 1500}));
  options = {};
  options.missing_words = {"ERROR", "<0.5"};
  const Table table = parse("x,y\n1,ERROR\n2,<0.5\n3,4\n", options);
  EXPECT_EQ(bits(table.values(1)), bits(Values{kMissingValue, kMissingValue, 4}));
}

}  // namespace
}  // namespace nlsq::data
