// SPDX-License-Identifier: MIT
#include "expr/graph.hpp"

#include <gtest/gtest.h>

#include "support/random_graph.hpp"
#include "support/show_graph.hpp"

namespace nlsq::expr {
namespace {

TEST(Graph, EqualExpressionsAreOneNode) {
  Graph g;
  const NodeId x = g.column(0), a = g.parameter(0);
  EXPECT_EQ(g.column(0), x);
  EXPECT_NE(g.column(1), x);
  EXPECT_EQ(g.make(Op::mul, a, x), g.make(Op::mul, a, x));
  EXPECT_EQ(g.constant(0.1), g.constant(0.1));
  EXPECT_NE(g.constant(0.0), g.constant(-0.0)) << "constants are told apart by their bits";
  EXPECT_EQ(g.gathered(0, x), g.gathered(0, x));
  EXPECT_NE(g.gathered(0, x), g.gathered(1, x));
}

TEST(Graph, TheOrderOfAFamilyTellsNodesApart) {
  Graph g;
  const NodeId x = g.column(0);
  EXPECT_NE(g.make(Op::polygamma, x, kNone, kNone, 1), g.make(Op::polygamma, x, kNone, kNone, 2));
}

TEST(Graph, CommutativeOperandsMayBeSwapped) {
  for (const bool simplify : {true, false}) {
    for (int i = 0; i < kOpCount; ++i) {
      const Op op = static_cast<Op>(i);
      if (info(op).arity != 2) continue;
      Graph g(simplify);
      const NodeId x = g.column(0), y = g.column(1);
      EXPECT_EQ(g.make(op, x, y) == g.make(op, y, x), is_commutative(op)) << info(op).id;
    }
  }
}

TEST(Graph, OperandsComeBeforeTheirUsersAndNodesAreDistinct) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    const auto made = test::random_graph(seed, seed % 2 == 0);
    const Graph& g = made.graph;
    for (NodeId id = 0; id < g.size(); ++id) {
      for (int i = 0; i < arity(g[id]); ++i) ASSERT_LT(operand(g[id], i), id);
      ASSERT_EQ(Graph(g).intern(g[id]), id) << "an equal node exists already";
    }
  }
}

TEST(Graph, SurvivesGrowth) {
  Graph g;
  std::vector<NodeId> sums{g.column(0)};
  for (int i = 0; i < 5000; ++i) {
    sums.push_back(g.make(Op::add, sums.back(), g.constant(i + 0.5)));
  }
  const NodeId size = g.size();
  for (int i = 0; i < 5000; ++i) {
    const auto at = static_cast<std::size_t>(i);
    ASSERT_EQ(g.make(Op::add, sums[at], g.constant(i + 0.5)), sums[at + 1]);
  }
  EXPECT_EQ(g.size(), size);
}

TEST(Graph, UniformMeansWithoutAColumnBelow) {
  Graph g;
  const NodeId x = g.column(0), a = g.parameter(0);
  EXPECT_TRUE(g.traits(a).uniform);
  EXPECT_TRUE(g.traits(g.make(Op::exp, g.make(Op::mul, a, g.constant(2.0)))).uniform);
  EXPECT_FALSE(g.traits(g.make(Op::mul, a, x)).uniform);
  EXPECT_FALSE(g.traits(g.gathered(0, x)).uniform);
}

TEST(Graph, AnExactZeroOfAConditionIsInherited) {
  Graph g;
  const NodeId x = g.column(0), a = g.parameter(0);
  const NodeId chosen = g.make(Op::where, g.make(Op::lt, x, a), x, g.constant(0.0));
  EXPECT_TRUE(g.traits(chosen).selects_zero);
  EXPECT_TRUE(g.traits(g.make(Op::mul, chosen, a)).selects_zero);
  EXPECT_TRUE(g.traits(g.make(Op::neg, chosen)).selects_zero);
  EXPECT_FALSE(g.traits(g.make(Op::exp, chosen)).selects_zero);
  EXPECT_FALSE(g.traits(x).selects_zero);
}

TEST(Graph, ReachableMarksWhatTheRootsNeed) {
  Graph g;
  const NodeId x = g.column(0), a = g.parameter(0), b = g.parameter(1);
  const NodeId f = g.make(Op::mul, a, x), h = g.make(Op::mul, b, x);
  const NodeId roots[] = {f, kNone};
  const std::vector<bool> needed = g.reachable(roots);
  EXPECT_TRUE(needed[f] && needed[a] && needed[x]);
  EXPECT_FALSE(needed[h] || needed[b]);
}

TEST(Graph, PowersAreProductChains) {
  Graph g;
  const NodeId x = g.column(0);
  EXPECT_EQ(g.power(x, 1), x);
  EXPECT_TRUE(g.is_constant(g.power(x, 0), 1.0));
  EXPECT_EQ(test::show(g, g.power(x, 2)), "mul(c0, c0)");
  EXPECT_EQ(g[g.power(x, -3)].op, Op::div);
  EXPECT_EQ(g[g.power(x, 17)].op, Op::pow);
}

}  // namespace
}  // namespace nlsq::expr
