// SPDX-License-Identifier: MIT
// Text columns whose fields are kept: as they stand in the file, whatever the number of threads.
#include "data/text_reader.hpp"
#include "data/words.hpp"
#include "table_support.hpp"

namespace nlsq::data {
namespace {

ReadOptions keep(const std::string& name, std::vector<std::string> columns = {}, int threads = 0) {
  ReadOptions options;
  options.columns = std::move(columns);
  options.threads = threads;
  options.keep_text = {name};
  return options;
}
const ReadOptions kKeepKey = keep("key");

std::vector<std::string> fields(const Table& table, index_t j) {
  const TextColumn text = table.text(j);
  std::vector<std::string> out;
  for (index_t row = 0; row < table.rows(); ++row) out.emplace_back(text[row]);
  return out;
}

std::vector<std::string> words(const Table& table, index_t j) {
  const TextColumn text = table.text(j);
  return {text.words.begin(), text.words.end()};
}

TEST(KeptText, WordsAreNumberedByFirstAppearance) {
  Words words;
  EXPECT_EQ(words.code("B2"), 0);
  EXPECT_EQ(words.code(""), 1);
  EXPECT_EQ(words.code("B2"), 0);
  EXPECT_EQ(words.code("a word longer than eight bytes"), 2);
  EXPECT_EQ(words.code("a word longer than eight bytez"), 3);
  EXPECT_EQ(words.code(std::string("B2\0", 3)), 4);
  for (int i = 0; i < 10000; ++i) EXPECT_EQ(words.code("w" + std::to_string(i)), 5 + i);
  for (int i = 9999; i >= 0; --i) ASSERT_EQ(words.code("w" + std::to_string(i)), 5 + i);
  EXPECT_EQ(words.all()[3], "a word longer than eight bytez");
}

TEST(KeptText, FieldsAreWhatStandsInTheFile) {
  const Table table =
      parse("key,y\nA01,1\n \"B,2\" ,2\nA01,3\n\"say \"\"so\"\"\",4\n,5\nNA,6\n", kKeepKey);
  EXPECT_TRUE(table.is_text(0));
  EXPECT_EQ(fields(table, 0), (Names{"A01", "B,2", "A01", "say \"so\"", "", "NA"}));
  EXPECT_EQ(words(table, 0), (Names{"A01", "B,2", "say \"so\"", "", "NA"}));
  EXPECT_EQ(column(table, 1), (Values{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(value_error(table, 0),
            "t.csv:2: column 'key' holds text ('A01') where a number belongs");
}

TEST(KeptText, NumbersBeforeTheFirstTextAreTextToo) {
  const Table table = parse("key,y\n007,1\n7,2\n1.50,3\nx,4\n", kKeepKey);
  EXPECT_EQ(fields(table, 0), (Names{"007", "7", "1.50", "x"}));
  EXPECT_EQ(value_error(table, 0), "t.csv:5: column 'key' holds text ('x') where a number belongs");
}

TEST(KeptText, NumbersAloneStayNumbers) {
  const Table table = parse("key,y\n007,1\n7,2\n", kKeepKey);
  EXPECT_FALSE(table.is_text(0));
  EXPECT_EQ(column(table, 0), (Values{7, 7}));
  EXPECT_THROW(static_cast<void>(table.text(0)), InputError);
}

TEST(KeptText, OtherColumnsAreNotKept) {
  const Table table = parse("other,key\nA,B\n", kKeepKey);
  EXPECT_THROW(static_cast<void>(table.text(0)), InputError);
  EXPECT_EQ(fields(table, 1), Names{"B"});
}

TEST(KeptText, NamesAreFoundWithoutCaseGivenOrMadeUp) {
  EXPECT_EQ(fields(parse("KEY,y\nA,1\n", kKeepKey), 0), Names{"A"});
  EXPECT_EQ(fields(parse("a,b\nA,1\n", keep("key", {"key", "y"})), 0), Names{"A"});
  EXPECT_EQ(fields(parse(",b\nA,1\n", keep("c1")), 0), Names{"A"});
}

TEST(KeptText, TextInNamedColumnsMakesNoHeader) {
  const std::vector<std::string> names{"key", "y"};
  EXPECT_EQ(fields(parse("A,1\nB,2\n", keep("key", names)), 0), (Names{"A", "B"}));
  EXPECT_EQ(fields(parse("well,value\nA,1\nB,2\n", keep("key", names)), 0), (Names{"A", "B"}));
  EXPECT_EQ(fields(parse("A,1\nB,2\n", keep("x")), 0), (Names{"A", "B"}));
}

TEST(KeptText, BlanksSeparateAndAnEmptyLastColumnIsDropped) {
  EXPECT_EQ(fields(parse("key y\nA01  1\n B02\t2 # end\n", kKeepKey), 0), (Names{"A01", "B02"}));
  EXPECT_EQ(fields(parse("key,y,\nA,1,\nB,2,\n", kKeepKey), 0), (Names{"A", "B"}));
}

// Chunks number their words by themselves.
TEST(KeptText, DoesNotDependOnThreads) {
  std::string text = "y,key\n";
  Names expected;
  for (int i = 0; i < 5000; ++i) {
    expected.push_back((i < 2500 ? "" : "w") + std::to_string(i * 7919 % 613));
    text += std::to_string(i) + "," + expected.back() + (i % 97 == 0 ? "\n\n" : "\n");
  }
  const Table one = read_text(text, "t.csv", keep("key", {}, 1));
  EXPECT_EQ(fields(one, 1), expected);
  for (const int threads : {2, 5}) {
    const Table many = read_text(text, "t.csv", keep("key", {}, threads), 100);
    EXPECT_EQ(fields(many, 1), expected);
    EXPECT_EQ(words(many, 1), words(one, 1));
    EXPECT_EQ(bits(many.values(0)), bits(one.values(0)));
  }
}

}  // namespace
}  // namespace nlsq::data
