// SPDX-License-Identifier: MIT
// Blocks of rows between blank lines: one is read, or all, and it is said.
#include "data/blocks.hpp"

#include "data/text_reader.hpp"
#include "table_support.hpp"

namespace nlsq::data {
namespace {

ReadOptions block(index_t k) {
  ReadOptions options;
  options.block = k;
  return options;
}

const char* const kTwo = "# one\n\n1 2\n2 3\n3 4\n\n\n# two\n\n5 6\n6 7\n";

TEST(Blocks, TheFirstIsReadWithANote) {
  const Table table = parse(kTwo);
  EXPECT_EQ(column(table, 0), (Values{1, 2, 3}));
  EXPECT_EQ(
      table.notes().at(0),
      "the file holds 2 blocks of rows (3 and 2 rows), set apart by blank lines; the first is "
      "read, lines 3 to 5 (--block K reads another, --block all joins them)");
}

TEST(Blocks, AnotherOneIsChosen) {
  const Table table = parse(kTwo, block(2));
  EXPECT_EQ(column(table, 0), (Values{5, 6}));
  EXPECT_EQ(table.line(0), 10);
  EXPECT_EQ(table.notes().at(0),
            "block 2 of 2 blocks of rows (3 and 2 rows) is read, lines 10 to 11");
  EXPECT_EQ(column(parse(kTwo, block(1)), 0), (Values{1, 2, 3}));
  EXPECT_EQ(parse_error(kTwo, block(3)),
            "t.csv: there is no block 3; the file holds 2 blocks of rows (3 and 2 rows)");
  EXPECT_EQ(parse_error("1,2\n", block(2)),
            "t.csv: there is no block 2; the file holds 1 block of rows (1 row)");
}

TEST(Blocks, AllAreJoinedWithANote) {
  const Table table = parse(kTwo, block(ReadOptions::kAllBlocks));
  EXPECT_EQ(column(table, 0), (Values{1, 2, 3, 5, 6}));
  EXPECT_EQ(table.line(3), 10);
  EXPECT_EQ(table.notes().at(0), "the 2 blocks of rows (3 and 2 rows) are joined to one table");
}

TEST(Blocks, ABlankLineAndACommentSeparate) {
  EXPECT_EQ(parse("1 2\n\n# b\n5 6\n").rows(), 1);
  EXPECT_EQ(parse("1 2\n  \n# b\n#\n\n5 6\n").rows(), 1);
  EXPECT_EQ(parse("1,2\n\n\n5,6\n").rows(), 1);
  EXPECT_EQ(parse("1,2\r\n\r\n\r\n5,6\r\n").rows(), 1);
}

TEST(Blocks, ACommentOrOneBlankLineDoesNot) {
  EXPECT_EQ(parse("1 2\n# b\n5 6\n").rows(), 2);
  EXPECT_EQ(parse("1 2\n# b\n\n5 6\n").rows(), 2);
  const Table table = parse("x,y\n1,2\n\n5,6\n\n6,7\n\n\n");
  EXPECT_EQ(table.rows(), 3);
  EXPECT_EQ(table.notes().at(0),
            "line 3 is blank, as are 1 more; the rows above and below are read as one table");
}

TEST(Blocks, NamesBehindABlankLineBeginOne) {
  const char* text = "x,y\n1,2\n2,3\n\nx,y\n5,6\n";
  EXPECT_EQ(parse(text).rows(), 2);
  const Table second = parse(text, block(2));
  EXPECT_EQ(second.names(), (Names{"x", "y"}));
  EXPECT_EQ(column(second, 1), (Values{6}));
  EXPECT_EQ(column(parse(text, block(ReadOptions::kAllBlocks)), 1), (Values{2, 3, 6}));
  EXPECT_NE(parse_error("x,y\n1,2\n\nx,z\n5,6\n", block(ReadOptions::kAllBlocks))
                .find("t.csv:4: the names of this block differ"),
            std::string::npos);
}

TEST(Blocks, TheNamesOfTheFirstServeAnotherWithoutNames) {
  const Table table = parse("x,y\n1,2\n\n\n5,6\n", block(2));
  EXPECT_EQ(table.names(), (Names{"x", "y"}));
  EXPECT_EQ(column(table, 0), (Values{5}));
}

TEST(Blocks, TheyMayHaveOtherColumns) {
  const char* text = "x,y\n1,2\n2,3\n\n\na,b,c\n5,6,7\n";
  EXPECT_EQ(parse(text).rows(), 2);
  EXPECT_EQ(parse(text, block(2)).names(), (Names{"a", "b", "c"}));
  EXPECT_NE(parse_error(text, block(ReadOptions::kAllBlocks)).find("3 fields found, 2 expected"),
            std::string::npos);
}

TEST(Blocks, TextBehindTheRowsIsNotReadAndThatIsSaid) {
  const Table table = parse("x,y\n1,2\n2,3\n\nInstrument closed\nby hand\n");
  EXPECT_EQ(table.rows(), 2);
  EXPECT_EQ(table.notes().at(0), "t.csv: 2 lines after the table are left out");
  EXPECT_TRUE(parse("x,y\n1,2\n\n\n# the end\n\n").notes().empty());
}

TEST(Blocks, MayHoldTextAlone) {
  EXPECT_EQ(parse("k\na\nb\n\n\nc\n").rows(), 2);
  EXPECT_EQ(parse("k,l\na,b\n\n\n# c\n").rows(), 1);
}

TEST(Blocks, DoNotDependOnChunksAndThreads) {
  std::string text = "x,y\n";
  for (int i = 0; i < 300; ++i)
    text += std::to_string(i) + "," + std::to_string(i % 7) +
            (i % 50 == 49 ? "\n\n\n"
             : i % 9 == 0 ? "\n\n"
                          : "\n");
  for (const index_t k : {index_t{0}, index_t{1}, index_t{3}, ReadOptions::kAllBlocks}) {
    ReadOptions options = block(k);
    options.threads = 1;
    const Table one = read_text(text, "t.csv", options, 1 << 20);
    EXPECT_EQ(one.rows(), k == ReadOptions::kAllBlocks ? 300 : 50);
    for (const int threads : {2, 5}) {
      options.threads = threads;
      for (const index_t chunk : {1, 10, 500}) {
        const Table many = read_text(text, "t.csv", options, chunk);
        ASSERT_EQ(bits(many.values(0)), bits(one.values(0))) << k << " " << chunk;
        ASSERT_EQ(many.line(many.rows() - 1), one.line(one.rows() - 1));
        ASSERT_EQ(many.notes(), one.notes());
      }
    }
  }
}

}  // namespace
}  // namespace nlsq::data
