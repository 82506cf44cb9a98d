// SPDX-License-Identifier: MIT
#include "base/printable.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace nlsq::base {
namespace {

TEST(Printable, PlainTextStaysAsItIs) {
  for (const char* text :
       {"", "a b", "µ ± 1.5·10⁻³", "日本語", "time (s)", "a\\x1b", "\xf0\x9f\x99\x82"}) {
    EXPECT_EQ(printable(text), text);
    EXPECT_TRUE(is_printable(text));
  }
}

TEST(Printable, ControlsAndMarksAreEscaped) {
  const std::pair<const char*, const char*> cases[] = {
      {"\x1b[31m", "\\x1b[31m"},   {"a\tb\nc\r", "a\\tb\\nc\\r"}, {"\x7f", "\\x7f"},
      {"\xc2\x80", "\\u0080"},     {"\xc2\x9f", "\\u009f"},       {"\xe2\x80\xaa", "\\u202a"},
      {"\xe2\x80\xae", "\\u202e"}, {"\xe2\x81\xa6", "\\u2066"},   {"\xe2\x81\xa9", "\\u2069"},
      {"\xe2\x80\xa8", "\\u2028"}, {"\xef\xbb\xbf", "\\ufeff"},   {"\xef\xbf\xbf", "\\uffff"},
  };
  for (const auto& [text, shown] : cases) {
    EXPECT_EQ(printable(text), shown);
    EXPECT_FALSE(is_printable(text));
  }
  EXPECT_EQ(printable(std::string_view("\0a", 2)), "\\x00a");
}

// Each byte of what is no UTF-8 stands for itself: too long, cut off, surrogates, beyond Unicode.
TEST(Printable, BytesThatAreNoUtf8AreEscaped) {
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");
  EXPECT_EQ(printable("\xe0\x80\x80"), "\\xe0\\x80\\x80");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("\xe2\x82x"), "\\xe2\\x82x");
}

TEST(Printable, LongTextLosesItsMiddle) {
  const std::string text = std::string(100, 'a') + std::string(100, 'b');
  EXPECT_EQ(printable(text, 10), "aaaaaa…bbb");
  EXPECT_EQ(printable("µµµµµ", 5), "µµµµµ");
  EXPECT_EQ(printable("µµµµµµ", 5), "µµµ…µ");
}

TEST(Printable, MessagesKeepTheLinesOfAFormulaAlone) {
  EXPECT_EQ(printable_message("formula: bad\n  a*x\n    ^"), "formula: bad\n  a*x\n    ^");
  EXPECT_EQ(printable_message("'a\nnlsq: error'"), "'a\\nnlsq: error'");
  EXPECT_EQ(printable_lines("a\x1b\nb\n"), "a\\x1b\nb\n");
  const std::string name(5000, 'n');
  const std::string message = printable_message("no column '" + name + "'; there is 'x'");
  EXPECT_TRUE(message.ends_with("n'; there is 'x'"));
  EXPECT_LT(message.size(), 200u);
  EXPECT_LE(printable_message(std::string(100000, 'm')).size(), 4010u);
}

}  // namespace
}  // namespace nlsq::base
