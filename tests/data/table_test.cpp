// SPDX-License-Identifier: MIT
#include "nlsq/table.hpp"

#include <algorithm>
#include <cstdint>

#include "table_support.hpp"

namespace nlsq::data {
namespace {

TEST(Table, IsEmptyByDefault) {
  EXPECT_EQ(Table().rows(), 0);
  EXPECT_EQ(Table().find("x"), -1);
}

TEST(Table, FindsTheExactNameFirstThenTheOnlyOneWithoutCase) {
  const Table table = parse("Y,y,Time,a,A\n1,2,3,4,5\n");
  EXPECT_EQ(table.find("y"), 1);
  EXPECT_EQ(table.find("Y"), 0);
  EXPECT_EQ(table.find("TIME"), 2);
  EXPECT_EQ(table.find("z"), -1);
  EXPECT_EQ(parse("a,A\n1,2\n").find("a"), 0);
  EXPECT_EQ(parse("ab,AB\n1,2\n").find("Ab"), -1);
}

TEST(Table, RefusesAPositionOutOfRange) {
  const Table table = parse("1,2\n");
  EXPECT_THROW(static_cast<void>(table.values(2)), InputError);
  EXPECT_THROW(static_cast<void>(table.is_text(-1)), InputError);
}

TEST(Table, AlignsColumnsAndPadsThemWithTheLastValue) {
  for (int rows = 1; rows < 40; ++rows) {
    std::string text = "x,y,z\n";
    for (int i = 1; i <= rows; ++i) text += std::to_string(i) + "," + std::to_string(-i) + ",0\n";
    const Table table = parse(text);
    const auto y = table.values(1);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(y.data()) % 64, 0U);
    EXPECT_EQ(std::count(y.data() + rows, y.data() + rows + 16, -rows), 16) << rows;
  }
}

TEST(Table, KeepsItsColumnsWhereTheyAreWhenMoved) {
  Table table = parse("1,2\n");
  const double* before = table.values(0).data();
  const Table moved = std::move(table);
  EXPECT_EQ(moved.values(0).data(), before);
}

TEST(Table, NamesItsSource) {
  EXPECT_EQ(parse("1,2\n").source(), "t.csv");
  EXPECT_EQ(parse_table("1,2\n", "-").source(), "standard input");
}

TEST(Table, HasNoLineForARowOutOfRange) {
  const Table table = parse("1,2\n");
  EXPECT_EQ(table.line(0), 1);
  EXPECT_EQ(table.line(1), 0);
  EXPECT_EQ(table.line(-1), 0);
}

}  // namespace
}  // namespace nlsq::data
