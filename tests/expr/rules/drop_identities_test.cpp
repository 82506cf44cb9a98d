// SPDX-License-Identifier: MIT
#include <limits>

#include "rule_support.hpp"

namespace nlsq::expr {
namespace {

using DropIdentities = RuleTest;

TEST_F(DropIdentities, DropsNeutralNumbers) {
  EXPECT_EQ(show(c(0) + n(0.0)), "c0");
  EXPECT_EQ(show(n(0.0) + c(0)), "c0");
  EXPECT_EQ(show(c(0) - n(0.0)), "c0");
  EXPECT_EQ(show(n(0.0) - c(0)), "neg(c0)");
  EXPECT_EQ(show(c(0) * n(1.0)), "c0");
  EXPECT_EQ(show(c(0) / n(1.0)), "c0");
}

TEST_F(DropIdentities, DropsZeroTimesAParameterOnly) {
  EXPECT_EQ(show(n(0.0) * p(0)), "0");
  EXPECT_EQ(show(p(0) - p(0)), "0");
  EXPECT_EQ(show(n(0.0) * c(0)), "mul(0, c0)") << "a column may be infinite";
  EXPECT_EQ(show(c(0) - c(0)), "sub(c0, c0)");
  EXPECT_EQ(show(n(0.0) * exp(p(0))), "mul(0, exp(p0))");
}

TEST_F(DropIdentities, AStrongProductWithAnOrdinaryNumberIsAProduct) {
  EXPECT_EQ(show(strong(n(0.0), log(c(0)))), "0");
  EXPECT_EQ(show(strong(n(2.0), c(0))), "mul(2, c0)");
  EXPECT_EQ(show(strong(c(0), c(1))), "strong_mul(c0, c1)");
  EXPECT_EQ(show(strong(n(std::numeric_limits<double>::infinity()), c(0))), "strong_mul(c0, inf)")
      << "the other side may be the zero";
}

}  // namespace
}  // namespace nlsq::expr
