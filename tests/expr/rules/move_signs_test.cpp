// SPDX-License-Identifier: MIT
#include "rule_support.hpp"

namespace nlsq::expr {
namespace {

using MoveSigns = RuleTest;

TEST_F(MoveSigns, TwoSignsCancel) {
  EXPECT_EQ(show(-(-c(0))), "c0");
  EXPECT_EQ(show((-c(0)) * (-c(1))), "mul(c0, c1)");
  EXPECT_EQ(show((-c(0)) / (-c(1))), "div(c0, c1)");
}

TEST_F(MoveSigns, SumsTakeSignsIn) {
  EXPECT_EQ(show(c(0) + (-c(1))), "sub(c0, c1)");
  EXPECT_EQ(show((-c(0)) + c(1)), "sub(c1, c0)");
  EXPECT_EQ(show(c(0) - (-c(1))), "add(c0, c1)");
  EXPECT_EQ(show(-(c(0) - c(1))), "sub(c1, c0)");
}

TEST_F(MoveSigns, ASignMovesToTheUniformOperand) {
  EXPECT_EQ(show(-(p(0) * c(0))), "mul(c0, neg(p0))");
  EXPECT_EQ(show(exp(-(p(0) * c(0)))), show(exp((-p(0)) * c(0))));
  EXPECT_EQ(show(-(n(2.0) * c(0))), show(n(-2.0) * c(0)));
}

TEST_F(MoveSigns, ASignStaysWhereMovingGainsNothing) {
  EXPECT_EQ(show(-exp(c(0))), "neg(exp(c0))");
  EXPECT_EQ(show(-(p(0) * p(1))), "neg(mul(p0, p1))");
  EXPECT_EQ(show((-p(0)) * c(0)), "mul(c0, neg(p0))");
}

}  // namespace
}  // namespace nlsq::expr
