// SPDX-License-Identifier: MIT
// Extremes of the losses; their values are in residual_test.cpp.
#include "program/loss.hpp"

#include <gtest/gtest.h>

#include "support/reference_evaluator.hpp"

namespace nlsq::program {
namespace {

struct Values {
  double rho, weighted_f, root_scale;
};

Values at(Loss loss, double f, double scale) {
  expr::Graph g;
  const LossTerms terms = loss_terms(loss, {&g, g.column(0)}, {&g, g.parameter(0)});
  const test::Inputs<double> in{{{scale}}, {f}};
  return {test::reference_value(g, terms.rho.id, in),
          test::reference_value(g, terms.weighted_f.id, in),
          test::reference_value(g, terms.root_scale.id, in)};
}

constexpr Loss kLosses[] = {
#define NLSQ_LOSS(id, name, meaning) Loss::id,
#include "nlsq/options.def"
};

TEST(Loss, IsLeastSquaresForSmallResiduals) {
  for (const Loss loss : kLosses) {
    const Values v = at(loss, 1e-9, 1.0);
    EXPECT_NEAR(v.rho, 1e-18, 1e-32);
    EXPECT_NEAR(v.weighted_f, 1e-9, 1e-24);
    EXPECT_NEAR(v.root_scale, 1.0, 1e-15);
    const Values zero = at(loss, 0.0, 1.0);
    EXPECT_EQ(zero.rho, 0.0);
    EXPECT_EQ(zero.weighted_f, 0.0);
    EXPECT_EQ(zero.root_scale, 1.0);
  }
}

TEST(Loss, StaysFiniteForHugeResiduals) {
  for (const Loss loss : kLosses) {
    for (const double f : {1e20, -1e70, 1e150}) {
      const Values v = at(loss, f, 1.0);
      EXPECT_TRUE(std::isfinite(v.rho) && std::isfinite(v.weighted_f) &&
                  std::isfinite(v.root_scale))
          << f;
      EXPECT_GE(v.root_scale, 0.0);
    }
  }
}

TEST(Loss, ScaleOnlyMovesTheKnee) {
  for (const Loss loss : kLosses) {
    const Values a = at(loss, 3.0, 2.0), b = at(loss, 1.5, 1.0);
    EXPECT_NEAR(a.rho, b.rho, 1e-15);
    EXPECT_NEAR(a.root_scale, b.root_scale, 1e-15);
    EXPECT_NEAR(a.weighted_f, 2.0 * b.weighted_f, 1e-15);
  }
}

TEST(Loss, IsEvenAndItsGradientOdd) {
  for (const Loss loss : kLosses) {
    const Values a = at(loss, 0.7, 0.9), b = at(loss, -0.7, 0.9);
    EXPECT_EQ(a.rho, b.rho);
    EXPECT_EQ(a.weighted_f, -b.weighted_f);
    EXPECT_EQ(a.root_scale, b.root_scale);
  }
}

// The formulas are written once, for expressions and for numbers.
TEST(Loss, NumbersAgreeWithExpressions) {
  for (const Loss loss : kLosses) {
    for (const double f : {0.0, 1e-9, -0.3, 0.7, 1.0, -1.5, 40.0, 1e20}) {
      const auto number = [](double value) { return value; };
      const LossFormula<double> a = loss_formula(loss, f, f / 0.8, number);
      const Values b = at(loss, f, 0.8);
      EXPECT_DOUBLE_EQ(a.rho, b.rho) << f;
      EXPECT_DOUBLE_EQ(a.weighted_f, b.weighted_f) << f;
      EXPECT_DOUBLE_EQ(a.root_scale, b.root_scale) << f;
    }
  }
}

}  // namespace
}  // namespace nlsq::program
