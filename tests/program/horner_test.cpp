// SPDX-License-Identifier: MIT
#include "program/horner.hpp"

#include <gtest/gtest.h>

#include "expr/expression.hpp"
#include "support/random_graph.hpp"
#include "support/show_graph.hpp"
#include "support/tolerance.hpp"

namespace nlsq::program {
namespace {

using expr::Expression;
using expr::Graph;
using expr::NodeId;

struct HornerTest : ::testing::Test {
  Expression p(index_t i) { return {&g, g.parameter(i)}; }
  Expression c(index_t i) { return {&g, g.column(i)}; }
  Expression n(double v) { return {&g, g.constant(v)}; }
  std::string rewritten(Expression e) { return test::show(g, to_horner(g, {e.id})[0]); }
  Graph g;
};

TEST_F(HornerTest, PowersBecomeAChain) {
  const Expression x = c(0);
  EXPECT_EQ(rewritten(p(0) + p(1) * x + p(2) * pow(x, n(2.0))),
            "add(mul(add(mul(c0, p2), p1), c0), p0)");
  EXPECT_EQ(rewritten(p(2) * x * x + p(0) + x * p(1)), rewritten(p(0) + p(1) * x + p(2) * x * x));
}

TEST_F(HornerTest, AMissingPowerIsAProductWithoutASum) {
  const Expression x = c(0);
  EXPECT_EQ(rewritten(p(0) + p(1) * x * x + x), "add(mul(add(1, mul(c0, p1)), c0), p0)");
}

TEST_F(HornerTest, SignsAndOtherTermsStay) {
  const Expression x = c(0), y = c(1);
  EXPECT_EQ(rewritten(p(0) - p(1) * x + p(2) * x * x - y),
            "sub(add(mul(c0, sub(mul(c0, p2), p1)), p0), c1)");
}

TEST_F(HornerTest, SumsWithoutTwoPowersStay) {
  for (const Expression& e : {p(0) + p(1) * c(0), p(0) * c(0) + p(1) * c(1), exp(c(0)) + c(0)}) {
    EXPECT_EQ(to_horner(g, {e.id})[0], e.id) << test::show(g, e.id);
  }
}

TEST_F(HornerTest, ASumNeededElsewhereStaysWhole) {
  const Expression x = c(0), inner = p(0) + x * x, outer = inner + x;
  const auto made = to_horner(g, {outer.id, inner.id});
  EXPECT_EQ(test::show(g, made[1]), "add(mul(c0, c0), p0)");
}

TEST_F(HornerTest, RandomGraphsKeepTheirValues) {
  std::mt19937 random(5);
  for (unsigned seed = 0; seed < 300; ++seed) {
    auto made = test::random_graph(seed);
    const NodeId to = to_horner(made.graph, {made.root})[0];
    for (int trial = 0; trial < 5; ++trial) {
      test::Inputs<double> in{{}, test::random_values(random, 2)};
      for (int i = 0; i < 4; ++i) in.parameters.push_back(test::random_values(random, 1));
      const auto expected = test::reference_with_tolerance(made.graph, made.root, in);
      ASSERT_NEAR(test::reference_value(made.graph, to, in), static_cast<double>(expected.value),
                  expected.tolerance)
          << seed;
    }
  }
}

}  // namespace
}  // namespace nlsq::program
