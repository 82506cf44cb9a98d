// SPDX-License-Identifier: MIT
#include <cmath>

#include "rule_support.hpp"

namespace nlsq::expr {
namespace {

using ResolveConditions = RuleTest;

TEST_F(ResolveConditions, ANumberPicksItsBranch) {
  EXPECT_EQ(show(where(n(1.0), c(0), c(1))), "c0");
  EXPECT_EQ(show(where(n(0.0), c(0), c(1))), "c1");
  EXPECT_EQ(show(where(n(-0.0), c(0), c(1))), "c1");
  EXPECT_EQ(show(where(n(NAN), c(0), c(1))), "c0") << "NaN is not zero, as at run time";
}

TEST_F(ResolveConditions, EqualBranchesNeedNoCondition) {
  EXPECT_EQ(show(where(c(0), c(1), c(1))), "c1");
}

TEST_F(ResolveConditions, OthersStay) {
  EXPECT_EQ(show(where(c(0), c(1), c(2))), "where(c0, c1, c2)");
  EXPECT_EQ(show(where(p(0), c(1), c(2))), "where(p0, c1, c2)");
}

}  // namespace
}  // namespace nlsq::expr
