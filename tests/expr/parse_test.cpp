// SPDX-License-Identifier: MIT
// Precedence and associativity, and every way a formula can be malformed.
#include "formula_support.hpp"

namespace nlsq::expr {
namespace {

TEST(Parse, PowersBindTighterThanSigns) {
  EXPECT_EQ(value_of("-x^2", {{"x", 3.0}}), -9.0);
  EXPECT_EQ(value_of("2^-x", {{"x", 3.0}}), 0.125);
  EXPECT_EQ(value_of("2^3^2"), 512.0);
  EXPECT_EQ(value_of("2**3**2"), 512.0);
  EXPECT_EQ(value_of("(-x)^2", {{"x", 3.0}}), 9.0);
  EXPECT_EQ(value_of("2^-x^2", {{"x", 2.0}}), 0.0625);
  EXPECT_EQ(value_of("--x", {{"x", 2.0}}), 2.0);
  EXPECT_EQ(value_of("-+-x", {{"x", 2.0}}), 2.0);
  EXPECT_EQ(value_of("2*-x", {{"x", 2.0}}), -4.0);
  EXPECT_EQ(value_of("2^-x*3", {{"x", 1.0}}), 1.5);
}

TEST(Parse, SumsAndProductsAssociateToTheLeft) {
  EXPECT_EQ(value_of("10 - 4 - 3"), 3.0);
  EXPECT_EQ(value_of("100/5/2"), 10.0);
  EXPECT_EQ(value_of("2 + 3*4"), 14.0);
  EXPECT_EQ(value_of("7 % 4 * 2", {}), 6.0);
  EXPECT_EQ(value_of("-7 % 4"), 1.0) << "NumPy's sign";
}

TEST(Parse, ComparisonsChain) {
  for (const double x : {0.5, 1.0, 1.5, 2.0, 2.5}) {
    EXPECT_EQ(value_of("1 < x < 2", {{"x", x}}), 1 < x && x < 2 ? 1.0 : 0.0);
    EXPECT_EQ(value_of("1 <= x <= 2", {{"x", x}}), 1 <= x && x <= 2 ? 1.0 : 0.0);
    EXPECT_EQ(value_of("2 > x >= 1", {{"x", x}}), 2 > x && x >= 1 ? 1.0 : 0.0);
    EXPECT_EQ(value_of("x == 1", {{"x", x}}), x == 1 ? 1.0 : 0.0);
    EXPECT_EQ(value_of("x != 1", {{"x", x}}), x != 1 ? 1.0 : 0.0);
  }
  EXPECT_EQ(value_of("3 > 2 > 1"), 1.0);
  EXPECT_EQ(value_of("(3 > 2) > 1"), 0.0);
}

TEST(Parse, LogicBindsLoosest) {
  EXPECT_EQ(value_of("1 < 2 and 3 < 2"), 0.0);
  EXPECT_EQ(value_of("1 < 2 or 3 < 2 and 0"), 1.0) << "and before or";
  EXPECT_EQ(value_of("not 1 < 2"), 0.0);
  EXPECT_EQ(value_of("not 0 and 1"), 1.0);
  EXPECT_EQ(value_of("!0 && 1 || 0"), 1.0);
  EXPECT_EQ(value_of("1 + 1 == 2"), 1.0);
}

TEST(Parse, SpacesAndLinesDoNotMatter) {
  EXPECT_EQ(graph_of(" a *\n\texp( -b*x )\r\n"), graph_of("a*exp(-b*x)"));
}

TEST(Parse, CallsTakeExpressions) {
  EXPECT_EQ(value_of("max(1 + 2, x^2)", {{"x", 3.0}}), 9.0);
  EXPECT_EQ(value_of("where(x > 1, 2, 3)", {{"x", 3.0}}), 2.0);
  EXPECT_EQ(value_of("sqrt(sqrt(16))"), 2.0);
}

TEST(ParseErrors, PointAtTheFault) {
  expect_error("a*x +", 5, "expected a number, a name or '(', found the end of the formula");
  expect_error("", 0, "found the end of the formula");
  expect_error("   ", 3, "found the end of the formula");
  expect_error("*x", 0, "found '*'");
  expect_error("a**", 3, "found the end");
  expect_error("a+*x", 2, "found '*'");
  expect_error("a x", 2, "expected an operator before 'x' (a product is written with '*')");
  expect_error("2x", 1, "a product is written with '*'");
  expect_error("2(x)", 1, "a product is written with '*'");
  expect_error("(a)(x)", 3, "a product is written with '*'");
  expect_error("x 2", 2, "expected an operator before '2'");
  expect_error("a[x](b)", 4, "a product is written with '*'");
}

TEST(ParseErrors, ParenthesesAndBrackets) {
  expect_error("(a + x", 6, "expected ')' for the '(' at column 1, found the end of the formula");
  expect_error("exp(a*x", 7, "expected ',' or ')' in the arguments of 'exp', found the end");
  expect_error("a + x)", 5, "this ')' closes nothing");
  expect_error("a]", 1, "this ']' closes nothing");
  expect_error("a[x", 3, "expected ']'");
  expect_error("a[1]", 2, "expected the name of an index column in '[ ]', found '1'");
  expect_error("a[x+1]", 3, "expected ']', found '+'");
  expect_error("()", 1, "found ')'");
  expect_error("max(a,)", 6, "found ')'");
  expect_error("max(,a)", 4, "found ','");
  expect_error("max(a b)", 6, "expected ',' or ')'");
  expect_error("a, b", 1, "expected an operator or the end of the formula, found ','");
}

TEST(ParseErrors, EqualSigns) {
  expect_error("a*x = b", 4, "the left side of '=' must be the name of one column");
  expect_error("1 ~ x", 2, "the left side of '~' must be the name of one column");
  expect_error("y = a = b", 6, "unexpected '='; compare with '=='", {"x", "y"});
  expect_error("where(x = 1, 2, 3)", 8, "found '='");
  expect_error("y =", 3, "found the end", {"x", "y"});
}

TEST(ParseErrors, TheCaretStandsUnderTheFault) {
  try {
    Model::parse("τ*x + + $");
    FAIL();
  } catch (const FormulaError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("\n  τ*x + + $\n          ^"), std::string::npos) << text;
  }
  try {
    Model::parse("a*x +\nb*(x");
    FAIL();
  } catch (const FormulaError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("\n  b*(x\n      ^"), std::string::npos)
        << "only the line of the fault is shown: " << text;
  }
}

TEST(ParseErrors, AbsurdNestingFailsCleanly) {
  for (const char* opening : {"(", "-", "exp(", "2^", "not ", "a[", "max(1,"}) {
    std::string deep;
    for (int i = 0; i < 100000; ++i) deep += opening;
    EXPECT_THROW(Model::parse(deep + "x"), FormulaError) << opening;
  }
  const std::string deep = std::string(100000, '(') + "x" + std::string(100000, ')');
  EXPECT_THROW(Model::parse(deep), FormulaError);
  const std::string fine = std::string(150, '(') + "x" + std::string(150, ')');
  EXPECT_EQ(graph_of(fine), "c0");
}

TEST(ParseErrors, ALongerFormulaThanAMegabyteIsRefused) {
  std::string text = "x";
  while (text.size() <= (1u << 20)) text += "+x*x";
  EXPECT_THROW(Model::parse(text), FormulaError);
  text.resize((1u << 20) - 3);
  while (text.back() != 'x') text.pop_back();
  EXPECT_EQ(Model::parse(text).columns().size(), 1u);
}

TEST(Parse, ManyParametersAreFoundFast) {
  std::string text = "x";
  for (int i = 0; i < 100000; ++i) text += "+p" + std::to_string(i);
  EXPECT_EQ(Model::parse(text).parameters().size(), 100000u);
}

TEST(ParseErrors, AZeroByteIsRefused) {
  EXPECT_THROW(Model::parse(std::string_view("a*x\0+b", 6)), FormulaError);
}

}  // namespace
}  // namespace nlsq::expr
