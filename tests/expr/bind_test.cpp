// SPDX-License-Identifier: MIT
// What names become: columns, constants, parameters, functions.
#include "formula_support.hpp"

namespace nlsq::expr {
namespace {

using Names = std::vector<std::string>;

TEST(Bind, ParametersAreNamesThatAreNoColumnsInOrderOfAppearance) {
  const Model model = Model::parse("c + a*exp(-b*x) + a");
  EXPECT_EQ(model.parameters(), (Names{"c", "a", "b"}));
  EXPECT_EQ(model.columns(), (Names{"x"}));
  EXPECT_TRUE(model.notes().empty());
}

TEST(Bind, OnlyColumnsThatAreUsedAreListed) {
  const Model model = Model::parse("a*z + b*x", {"x", "y", "z"});
  EXPECT_EQ(model.columns(), (Names{"z", "x"}));
}

TEST(Bind, ColumnsMatchExactlyBeforeCaseInsensitively) {
  const Model exact = Model::parse("a*X + x", {"x", "X"});
  EXPECT_EQ(exact.columns(), (Names{"X", "x"}));
  EXPECT_TRUE(exact.notes().empty());
  const Model folded = Model::parse("a*time", {"Time"});
  EXPECT_EQ(folded.columns(), (Names{"Time"}));
  ASSERT_EQ(folded.notes().size(), 1u);
  EXPECT_EQ(folded.notes()[0], "'time' is read as the column 'Time'");
  const Model ambiguous = Model::parse("a*XX", {"xX", "Xx"});
  EXPECT_EQ(ambiguous.parameters(), (Names{"a", "XX"})) << "two candidates: neither";
}

TEST(Bind, AnotherCaseIsNoColumnWhereTheFormulaOrTheCallerHasAnotherUseForIt) {
  EXPECT_EQ(Model::parse("A*exp(-t/T)", {"t"}).parameters(), (Names{"A", "T"}));
  EXPECT_EQ(Model::parse("y = Y*exp(-k*t)", {"t", "y"}).parameters(), (Names{"Y", "k"}));
  EXPECT_EQ(Model::parse("A*T", {"t"}).parameters(), (Names{"A"}));
  EXPECT_EQ(Model::parse("A*T", {"t"}, {"T"}).parameters(), (Names{"A", "T"}));
  EXPECT_EQ(Model::parse("A*T", {"t"}, {"t"}).parameters(), (Names{"A", "T"}));
  EXPECT_EQ(Model::parse("A*t", {"t"}, {"t"}).parameters(), (Names{"A"}));
}

TEST(Bind, ConstantsThatMayHaveBeenMeantAsParametersAreNoted) {
  EXPECT_EQ(Model::parse("e*exp(-x/E)").notes().size(), 1u);
  EXPECT_EQ(Model::parse("pi*exp(-x/a)").notes().size(), 1u);
  EXPECT_TRUE(Model::parse("a*sin(pi*x) + x/sqrt(2*pi) + 2*pi*b").notes().empty());
  EXPECT_TRUE(Model::parse("a*pi*x", {"x", "pi"}).notes().size() == 1u) << "it is a column";
}

TEST(Bind, ANoteIsGivenOnce) { EXPECT_EQ(Model::parse("a*X + X^2").notes().size(), 1u); }

TEST(Bind, PiAndEAreNumbersUnlessAColumnHasTheName) {
  EXPECT_DOUBLE_EQ(value_of("2*pi"), 6.283185307179586);
  EXPECT_DOUBLE_EQ(value_of("e^2"), 7.38905609893065);
  const Model shadowed = Model::parse("a*e", {"e"});
  EXPECT_EQ(shadowed.columns(), (Names{"e"}));
  ASSERT_EQ(shadowed.notes().size(), 1u);
  EXPECT_EQ(shadowed.notes()[0], "'e' is the column of that name, not the constant");
  EXPECT_TRUE(Model::parse("a*e", {"E"}).columns().empty())
      << "another case does not hide the constant";
}

TEST(Bind, QuotedNamesAreColumnsOrParameters) {
  const Model model = Model::parse("`slope 1`*`flux (mJy)`", {"flux (mJy)"});
  EXPECT_EQ(model.parameters(), (Names{"slope 1"}));
  EXPECT_EQ(model.columns(), (Names{"flux (mJy)"}));
  EXPECT_EQ(Model::parse("a*`(` - `-`", {"(", "-"}).columns(), (Names{"(", "-"}));
}

TEST(Bind, ParametersAreGatheredByAColumn) {
  const Model model = Model::parse("a[g]*x + b + a[g]", {"x", "g"});
  EXPECT_EQ(model.parameters(), (Names{"a", "b"}));
  EXPECT_EQ(model.columns(), (Names{"g", "x"}));
  EXPECT_EQ(model.impl()->parameters[0].index_column, 0);
  EXPECT_EQ(model.impl()->parameters[1].index_column, -1);
  EXPECT_EQ(graph_of("a[g]*x", {"x", "g"}), "mul(c1, p0[c0])");
}

TEST(BindErrors, GatheringNeedsAParameterAndAColumnUsedInOneWay) {
  expect_error("a[group]*x", 2, "no column named 'group'");
  expect_error("a[grop]*x", 2, "(did you mean 'group'?)", {"x", "group"});
  expect_error("x[g]", 0, "'x' is a column; only a parameter can be indexed", {"x", "g"});
  expect_error("a[g] + a", 7, "'a' is used in two ways", {"x", "g"});
  expect_error("a + a[g]", 4, "'a' is used in two ways", {"x", "g"});
  expect_error("a[g] + a[h]", 7, "'a' is used in two ways", {"g", "h"});
}

TEST(BindErrors, UnknownFunctionsNameTheNearest) {
  expect_error("a*exq(x)", 2, "unknown function 'exq' (did you mean 'exp'?)");
  expect_error("a*sine(x)", 2, "unknown function 'sine'");
  expect_error("qwertyuiop(x)", 0, "unknown function 'qwertyuiop'");
}

TEST(BindErrors, FunctionsTakeAFixedNumberOfArguments) {
  expect_error("1 + exp(x, 2)", 4, "'exp' takes 1 argument, not 2");
  expect_error("atan2(x)", 0, "'atan2' takes 2 arguments, not 1");
  expect_error("sin()", 0, "'sin' takes 1 argument, not 0");
  expect_error("ln(x, 2)", 0, "'ln' takes 1 argument, not 2");
}

TEST(BindErrors, FunctionsAndColumnsAreNotEachOther) {
  expect_error("a*exp + x", 2, "'exp' is a function: write exp(…)");
  expect_error("a*x(2)", 2, "'x' is a column, not a function (a product is written with '*')");
  expect_error("polygamma(a, x)", 0, "the order of polygamma must be a whole number from 0 to 60");
  expect_error("polygamma(1.5, x)", 0, "the order of polygamma");
  expect_error("polygamma(-1, x)", 0, "the order of polygamma");
}

TEST(Bind, TheResponseIsTheNameBeforeEqualsOrTilde) {
  for (const char* formula : {"y = a*x", "y ~ a*x", "y=a*x"}) {
    const Model model = Model::parse(formula, {"x", "y"});
    EXPECT_EQ(model.response(), "y");
    EXPECT_EQ(model.columns(), (Names{"x"})) << "the response is no part of the value";
    EXPECT_EQ(model.parameters(), (Names{"a"}));
    EXPECT_EQ(model.formula(), formula);
  }
  EXPECT_EQ(Model::parse("a*x").response(), "");
  EXPECT_EQ(Model::parse("`my y` = a*x").response(), "my y");
}

TEST(Bind, FormulasOfSeveralOutputsShareTheirNames) {
  const Names formulas{"a*x", "b + a*z"};
  const Model model = Model::parse_outputs(formulas, {"x", "z"});
  EXPECT_EQ(model.outputs(), 2);
  EXPECT_EQ(model.parameters(), (Names{"a", "b"}));
  EXPECT_EQ(model.columns(), (Names{"x", "z"}));
  EXPECT_THROW(Model::parse_outputs(Names{}, Names{"x"}), InputError);
}

TEST(Bind, ParametersThatCannotMatterAreKnown) {
  EXPECT_EQ(Model::parse("0*a + b*x").unused_parameters(), (Names{"a"}));
  EXPECT_TRUE(Model::parse("a + b*x").unused_parameters().empty());
  EXPECT_EQ(Model::parse("a - a + b*x").unused_parameters(), (Names{"a"}));
}

TEST(Bind, TheModelDoesNotSimplifyFaultsAway) {
  EXPECT_TRUE(std::isnan(value_of("0*x", {{"x", INFINITY}})));
  EXPECT_TRUE(std::isnan(value_of("x - x", {{"x", INFINITY}})));
  EXPECT_EQ(value_of("x^0", {{"x", NAN}}), 1.0);
}

}  // namespace
}  // namespace nlsq::expr
