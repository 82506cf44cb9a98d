// SPDX-License-Identifier: MIT
#include "data/chunk.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace nlsq::data {
namespace {

index_t lines_in(const std::string& text) {
  return take_census(text.data(), text.data() + text.size()).lines;
}

TEST(Census, CountsLinesOfEveryKind) {
  EXPECT_EQ(lines_in(""), 0);
  EXPECT_EQ(lines_in("a"), 1);
  EXPECT_EQ(lines_in("a\n"), 1);
  EXPECT_EQ(lines_in("a\nb"), 2);
  EXPECT_EQ(lines_in("a\r\nb\r\n"), 2);
  EXPECT_EQ(lines_in("a\rb\r"), 2);
  EXPECT_EQ(lines_in("\n\r\n\r\r"), 4);
}

TEST(Census, AgreesWithACountOneByOne) {
  std::mt19937 random(3);
  for (int i = 0; i < 200; ++i) {
    std::string text(random() % 2000, 'a');
    for (char& c : text) c = "a\n\rb"[random() % 4];
    const index_t ends = count_line_ends(text.data(), text.data() + text.size());
    const bool open = !text.empty() && !is_line_end(text.back());
    ASSERT_EQ(lines_in(text), ends + (open ? 1 : 0));
  }
}

TEST(Census, SeesQuotesAndNulBytesAnywhere) {
  for (std::size_t size = 1; size < 600; size += 7) {
    std::string text(size, 'a');
    text[size / 2] = '"';
    EXPECT_TRUE(take_census(text.data(), text.data() + size).has_quote);
    EXPECT_FALSE(take_census(text.data(), text.data() + size).has_nul);
    text.back() = '\0';
    EXPECT_TRUE(take_census(text.data(), text.data() + size).has_nul);
  }
}

TEST(CutChunks, CutsBehindLineEndsOnly) {
  const std::string text = "1\r\n22\r\n333\r4444\n\n5";
  for (index_t pieces = 1; pieces < 20; ++pieces) {
    const auto chunks = cut_chunks(text.data(), text.data() + text.size(), pieces, Dialect{});
    std::string joined;
    for (const Chunk& chunk : chunks) {
      const std::string part(chunk.begin, chunk.end);
      ASSERT_FALSE(part.empty());
      ASSERT_TRUE(is_line_end(part.back()) || chunk.end == text.data() + text.size());
      ASSERT_TRUE(joined.empty() || joined.back() != '\r' || part.front() != '\n');
      joined += part;
    }
    ASSERT_EQ(joined, text);
  }
}

}  // namespace
}  // namespace nlsq::data
