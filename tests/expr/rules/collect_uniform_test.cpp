// SPDX-License-Identifier: MIT
#include "rule_support.hpp"

namespace nlsq::expr {
namespace {

using CollectUniform = RuleTest;

TEST_F(CollectUniform, UniformFactorsMeet) {
  EXPECT_EQ(show(p(0) * (p(1) * c(0))), "mul(c0, mul(p0, p1))");
  EXPECT_EQ(show((c(0) * p(1)) * n(2.0)), "mul(c0, mul(2, p1))");
}

TEST_F(CollectUniform, DivisionByAUniformIsAProduct) {
  EXPECT_EQ(show(c(0) / p(0)), "mul(c0, div(1, p0))");
  EXPECT_EQ(show(c(0) / n(4.0)), "mul(0.25, c0)");
}

TEST_F(CollectUniform, AReciprocalThatLeavesTheRangeIsNotTaken) {
  EXPECT_EQ(g[(c(0) / n(0.0)).id].op, Op::div);
  EXPECT_EQ(g[(c(0) / n(1e-310)).id].op, Op::div);
  EXPECT_EQ(g[(c(0) / n(1e308)).id].op, Op::div);
}

TEST_F(CollectUniform, UniformDivisionsAndRowProductsStay) {
  EXPECT_EQ(show(p(0) / p(1)), "div(p0, p1)");
  EXPECT_EQ(show(p(0) / c(0)), "div(p0, c0)");
  EXPECT_EQ(show(c(0) * (c(1) * c(2))), "mul(c0, mul(c1, c2))");
}

}  // namespace
}  // namespace nlsq::expr
