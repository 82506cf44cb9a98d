// SPDX-License-Identifier: MIT
// Models of groups, and models whose parameters are given by expressions.
#include <gtest/gtest.h>

#include "expr/substitute.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::test {
namespace {

TEST(ExprPickedBy, ParametersBecomeVectorsButForSharedOnes) {
  const Model model = Model::parse("h*exp(-((x-c)/w)^2)").picked_by("g", {"w"});
  EXPECT_EQ(model.columns(), (std::vector<std::string>{"x", "g"}));
  EXPECT_EQ(model.parameters(), (std::vector<std::string>{"h", "c", "w"}));
  const std::vector<double> x{0.5, 0.5, 1.0}, g{0, 1, 1};
  Dataset data;
  data.column("x", x).column("g", g);
  const std::vector<double> got = evaluate(model, data, {2, 3, 0.1, 0.2, 0.7});
  const Model plain = Model::parse("h*exp(-((x-c)/w)^2)");
  Dataset own;
  own.column("x", x);
  EXPECT_DOUBLE_EQ(got[0], evaluate(plain, own, {2, 0.1, 0.7})[0]);
  EXPECT_DOUBLE_EQ(got[2], evaluate(plain, own, {3, 0.2, 0.7})[2]);
  EXPECT_THROW(plain.picked_by("g", {"q"}), InputError);
}

TEST(ExprSubstitute, PlacesAreReadFromNames) {
  EXPECT_EQ(expr::place_of("a[12]").element, 12);
  EXPECT_EQ(expr::place_of("a[12]").name, "a");
  for (const char* name : {"a", "a[x]", "a[-1]", "[1]", "a[1"}) {
    EXPECT_EQ(expr::place_of(name).element, -1) << name;
    EXPECT_EQ(expr::place_of(name).name, name);
  }
}

TEST(ExprSubstitute, SymbolsOfExpressionsComeLast) {
  const Model model = Model::parse("a*x + b"), expression = Model::parse("2*c", {});
  const expr::Replacement replacement{{"a", -1}, expression.impl().get()};
  const Model made(expr::substitute(*model.impl(), {&replacement, 1}));
  EXPECT_EQ(made.parameters(), (std::vector<std::string>{"b", "c"}));
  const std::vector<double> x{3.0};
  Dataset data;
  data.column("x", x);
  EXPECT_DOUBLE_EQ(evaluate(made, data, {1.0, 5.0})[0], 31.0);
  const std::vector<double> J = jacobian(made, data, {1.0, 5.0});
  EXPECT_DOUBLE_EQ(J[0], 1.0);
  EXPECT_DOUBLE_EQ(J[1], 6.0);
}

}  // namespace
}  // namespace nlsq::test
