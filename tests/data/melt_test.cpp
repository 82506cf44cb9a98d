// SPDX-License-Identifier: MIT
#include "data/melt.hpp"

#include "table_support.hpp"

namespace nlsq::data {
namespace {

Table melted_table(const std::string& text) {
  ReadOptions options;
  options.melt = true;
  return parse(text, options);
}

TEST(Melt, APlateIsThreeColumns) {
  for (const char* above : {"", "Plate 1\nmade,by hand\n"}) {
    const Table table = melted_table(std::string(above) + ",1,2,3\nA,5,7,6\nB,6,,9\n");
    EXPECT_EQ(table.names(), (Names{"row", "column", "y"}));
    ASSERT_EQ(table.rows(), 5) << above;
    EXPECT_EQ(table.text(0)[0], "A");
    EXPECT_EQ(table.text(0)[4], "B");
    EXPECT_EQ(column(table, 1), (Values{1, 2, 3, 1, 3}));
    EXPECT_EQ(column(table, 2), (Values{5, 7, 6, 6, 9}));
    EXPECT_EQ(table.line(2), table.line(0));
    EXPECT_EQ(table.line(3), table.line(0) + 1);
  }
}

TEST(Melt, NamesOfColumnsBecomeText) {
  const Table table = melted_table("t,low,high,remark\n0,1,2,a\n1,2,4,b\n");
  EXPECT_EQ(table.names(), (Names{"t", "column", "y"}));
  EXPECT_EQ(column(table, 0), (Values{0, 0, 1, 1}));
  EXPECT_EQ(table.text(1)[1], "high");
  EXPECT_EQ(column(table, 2), (Values{1, 2, 2, 4}));
}

TEST(Melt, NeedsNumbers) {
  ReadOptions options;
  options.melt = true;
  EXPECT_NE(parse_error("a,b\nx,y\nx,z\n", options).find("--melt"), std::string::npos);
}

}  // namespace
}  // namespace nlsq::data
