// SPDX-License-Identifier: MIT
#include <cmath>

#include "rule_support.hpp"

namespace nlsq::expr {
namespace {

using FoldConstants = RuleTest;

TEST_F(FoldConstants, ComputesWithNumbers) {
  EXPECT_EQ(show(n(2.0) * n(3.0) + n(1.0)), "7");
  EXPECT_EQ(show(exp(n(0.0))), "1");
  EXPECT_EQ(show(pow(n(2.0), n(10.0))), "1024");
  EXPECT_EQ(show(n(2.0) < n(3.0)), "1");
}

TEST_F(FoldConstants, LeavesAnythingElse) {
  EXPECT_EQ(show(exp(p(0))), "exp(p0)");
  EXPECT_EQ(show(p(0) + n(2.0)), "add(2, p0)");
  EXPECT_EQ(show(j0(n(1.0))), "j0(1)") << "rare functions are the engine's";
}

TEST_F(FoldConstants, FollowsIeeeArithmetic) {
  EXPECT_EQ(show(n(1.0) / n(0.0)), "inf");
  EXPECT_TRUE(std::isnan(g[(n(0.0) / n(0.0)).id].value));
  EXPECT_EQ(show(strong(n(0.0), n(1.0) / n(0.0))), "0");
}

TEST_F(FoldConstants, DoesNothingWithoutSimplification) {
  Graph plain(false);
  const NodeId sum = plain.make(Op::add, plain.constant(1.0), plain.constant(2.0));
  EXPECT_EQ(test::show(plain, sum), "add(1, 2)");
}

}  // namespace
}  // namespace nlsq::expr
