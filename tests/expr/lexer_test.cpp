// SPDX-License-Identifier: MIT
#include "expr/lexer.hpp"

#include "formula_support.hpp"

namespace nlsq::expr {
namespace {

std::vector<Token> tokens(std::string_view text) {
  Lexer lexer(text);
  std::vector<Token> all;
  while (lexer.peek().kind != Token::Kind::end) all.push_back(lexer.next());
  return all;
}

double number(std::string_view text) {
  const auto all = tokens(text);
  EXPECT_EQ(all.size(), 1u) << text;
  EXPECT_EQ(all[0].kind, Token::Kind::number) << text;
  return all[0].value;
}

TEST(Lexer, ReadsNumbersAsCPythonAndFortranWriteThem) {
  EXPECT_EQ(number("1"), 1.0);
  EXPECT_EQ(number("1."), 1.0);
  EXPECT_EQ(number(".5"), 0.5);
  EXPECT_EQ(number("1e-3"), 1e-3);
  EXPECT_EQ(number("2E+5"), 2e5);
  EXPECT_EQ(number("1.0D+03"), 1000.0);
  EXPECT_EQ(number("1d2"), 100.0);
  EXPECT_EQ(number("0.1"), 0.1);
  EXPECT_EQ(number("1.7976931348623157e308"), 1.7976931348623157e308);
  EXPECT_EQ(number("123456789012345678901234567890"), 1.2345678901234568e29);
}

TEST(Lexer, AnExponentNeedsDigits) {
  const auto all = tokens("2e");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].value, 2.0);
  EXPECT_EQ(all[1].text, "e");
}

TEST(Lexer, RefusesWhatIsNoNumber) {
  expect_error("x + 1.2.3", 4, "'1.2.3' is not a number");
  expect_error("1e999*x", 0, "does not fit a double");
  expect_error("x*1..2", 2, "'1..2' is not a number");
}

TEST(Lexer, NamesHoldLettersDigitsUnderscoresInnerDotsAndGreek) {
  const auto all = tokens("a_1 x2 _t rate.k τ2");
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[3].text, "rate.k");
  EXPECT_EQ(all[4].text, "τ2");
  for (const Token& token : all) EXPECT_EQ(token.kind, Token::Kind::name);
}

TEST(Lexer, BackquotesHoldAnyName) {
  const auto all = tokens("`flux (mJy)`*`and`");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].text, "flux (mJy)");
  EXPECT_EQ(all[2].text, "and");
  EXPECT_FALSE(all[2].is("and")) << "a quoted name is no operator";
  const auto symbol = tokens("`(`");
  EXPECT_FALSE(symbol[0].is("("));
  expect_error("`x", 0, "expected a name and a closing `");
  expect_error("``", 0, "expected a name and a closing `");
}

TEST(Lexer, TypographicSignsAreOperatorsEvenWithoutSpaces) {
  const auto all = tokens("a−b·c×d⋅e");
  ASSERT_EQ(all.size(), 9u);
  EXPECT_TRUE(all[1].is("-") && all[3].is("*") && all[5].is("*") && all[7].is("*"));
  EXPECT_EQ(all[2].text, "b");
  EXPECT_EQ(value_of("2−3·x", {{"x", 4.0}}), -10.0);
}

TEST(Lexer, UnbreakableAndThinSpacesAreBlanks) {
  const auto all = tokens("a\u00A0+\u2009b\u202F");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].text, "a");
  EXPECT_EQ(all[2].text, "b");
}

TEST(Lexer, RefusesOtherCharacters) {
  expect_error("a$x", 1, "'$' does not belong in a formula");
  expect_error("a*x;", 3, "';' does not belong");
  expect_error("a*\x01x", 2, "this byte does not belong");
  expect_error("\"x\"", 0, "'\"' does not belong");
}

}  // namespace
}  // namespace nlsq::expr
