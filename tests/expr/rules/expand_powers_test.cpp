// SPDX-License-Identifier: MIT
#include <cmath>

#include "rule_support.hpp"
#include "support/reference_evaluator.hpp"

namespace nlsq::expr {
namespace {

using ExpandPowers = RuleTest;

TEST_F(ExpandPowers, WholeExponentsBecomeProducts) {
  EXPECT_EQ(show(pow(c(0), n(0.0))), "1");
  EXPECT_EQ(show(pow(c(0), n(1.0))), "c0");
  EXPECT_EQ(show(pow(c(0), n(2.0))), "mul(c0, c0)");
  EXPECT_EQ(show(pow(c(0), n(-1.0))), "div(1, c0)");
  EXPECT_EQ(show(pow(c(0), n(0.5))), "sqrt(c0)");
  EXPECT_EQ(show(pow(c(0), n(-0.5))), "div(1, sqrt(c0))");
}

TEST_F(ExpandPowers, OthersStay) {
  EXPECT_EQ(show(pow(c(0), n(17.0))), "pow(c0, 17)");
  EXPECT_EQ(show(pow(c(0), n(1.5))), "pow(c0, 1.5)");
  EXPECT_EQ(show(pow(c(0), p(0))), "pow(c0, p0)");
  EXPECT_EQ(show(pow(c(0), n(INFINITY))), "pow(c0, inf)");
  EXPECT_EQ(g[pow(c(0), n(NAN)).id].op, Op::pow);
}

TEST_F(ExpandPowers, ChainsShareTheirSquares) {
  const NodeId before = (pow(c(0), n(8.0))).id;
  const NodeId size = g.size();
  pow(c(0), n(4.0));
  pow(c(0), n(2.0));
  EXPECT_LE(g.size() - size, 2u) << "only the two exponents are new";
  EXPECT_LT(before, size);
}

TEST_F(ExpandPowers, AreAsGoodAsPow) {
  for (int exponent = -16; exponent <= 16; ++exponent) {
    const NodeId id = pow(c(0), n(exponent)).id;
    for (const double x : {0.3, -1.7, 1.0000001, 9.9, -1e-3}) {
      const double exact = std::pow(x, exponent);
      const double chain = test::reference_value<double>(g, id, {{}, {x}});
      EXPECT_NEAR(chain, exact, 17 * 1.2e-16 * std::fabs(exact)) << x << "^" << exponent;
    }
  }
}

}  // namespace
}  // namespace nlsq::expr
