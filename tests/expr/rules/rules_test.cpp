// SPDX-License-Identifier: MIT
// What every rule promises, over all pairs of a vocabulary of small nodes and over edge inputs: one
// that calls itself exact keeps every bit but signs of zero; the others stay within a few roundings
// of ordinary values.
#include "expr/rules/rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "rule_support.hpp"
#include "support/reference_evaluator.hpp"

namespace nlsq::expr {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Operands that the rules look for: numbers, signs, products with uniform factors, conditions.
std::vector<NodeId> vocabulary(Graph& g) {
  const auto c = [&](double v) { return Expression{&g, g.constant(v)}; };
  const Expression p{&g, g.parameter(0)}, q{&g, g.parameter(1)};
  const Expression x{&g, g.column(0)}, y{&g, g.column(1)};
  const Expression all[] = {c(0.0),
                            c(-0.0),
                            c(1.0),
                            c(-1.0),
                            c(0.5),
                            c(-0.5),
                            c(2.0),
                            c(3.0),
                            c(-4.0),
                            c(17.0),
                            c(0.1),
                            c(kInf),
                            c(kNaN),
                            p,
                            q,
                            -p,
                            p * q,
                            x,
                            y,
                            -x,
                            -y,
                            p * x,
                            x * p,
                            p * (q * x),
                            (-p) * x,
                            x * y,
                            -(x * y),
                            x - y,
                            x / p,
                            x / y,
                            p / x,
                            -(x / y),
                            p - x,
                            where(x < y, x, c(0.0)),
                            where(x < y, x, x)};
  std::vector<NodeId> ids;
  for (const Expression& e : all) ids.push_back(e.id);
  return ids;
}

const std::vector<test::Inputs<double>>& inputs() {
  static const std::vector<test::Inputs<double>> all = [] {
    const double rows[] = {0.0,    -0.0,  1.0,    -1.0, 2.5,   -0.3,
                           1e-310, 1e300, -1e300, kInf, -kInf, kNaN};
    const double numbers[] = {0.0, 1.0, -1.0, 0.7, -3.3, 1e-200, 1e200};
    std::vector<test::Inputs<double>> made;
    for (std::size_t i = 0; i < 12; ++i) {
      for (std::size_t j = 0; j < 12; ++j) {
        made.push_back(
            {{{numbers[(i + j) % 7]}, {numbers[(2 * i + 3 * j + 1) % 7]}}, {rows[i], rows[j]}});
      }
    }
    return made;
  }();
  return all;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }
bool ordinary(double v) {
  return std::isfinite(v) && (v == 0.0 || (std::fabs(v) > 1e-100 && std::fabs(v) < 1e100));
}
// Everything below the node is.
bool ordinary(const Graph& g, NodeId id, const test::Inputs<double>& in) {
  const std::vector<double> values = test::reference_values(g, id, in);
  return std::all_of(values.begin(), values.end(), [](double v) { return ordinary(v); });
}

template <class Check>
void for_each_rewrite(const Rule& rule, const Check& check) {
  Graph g(false);
  const std::vector<NodeId> words = vocabulary(g);
  const auto try_node = [&](const Node& node) {
    const NodeId to = rule.apply(g, node);
    if (to != kNone) check(g, g.intern(node), to);
  };
  for (int i = 0; i < kOpCount; ++i) {
    const Op op = static_cast<Op>(i);
    if (op == Op::wofz_re || op == Op::wofz_im) continue;
    for (const NodeId a : words) {
      if (info(op).arity == 1) try_node({.op = op, .a = a});
      if (info(op).arity < 2) continue;
      for (const NodeId b : words) {
        if (info(op).arity == 2) try_node({.op = op, .a = a, .b = b});
        if (op == Op::where) try_node({.op = op, .a = a, .b = b, .c = words[13]});
      }
    }
  }
}

TEST(Rules, ExactRulesKeepEveryBit) {
  for (const Rule& rule : rules()) {
    if (!rule.exact) continue;
    int fired = 0;
    for_each_rewrite(rule, [&](const Graph& g, NodeId from, NodeId to) {
      ++fired;
      for (const test::Inputs<double>& in : inputs()) {
        const double before = test::reference_value(g, from, in),
                     after = test::reference_value(g, to, in);
        ASSERT_TRUE(same(before, after))
            << rule.name << ": " << test::show(g, from) << " -> " << test::show(g, to) << " at "
            << in.columns[0] << ", " << in.columns[1] << ", " << in.parameters[0][0] << ": "
            << before << " became " << after;
      }
    });
    EXPECT_GT(fired, 20) << rule.name;
  }
}

TEST(Rules, OtherRulesKeepOrdinaryValuesWithinAFewRoundings) {
  for (const Rule& rule : rules()) {
    if (rule.exact) continue;
    int fired = 0;
    for_each_rewrite(rule, [&](const Graph& g, NodeId from, NodeId to) {
      ++fired;
      for (const test::Inputs<double>& in : inputs()) {
        const double before = test::reference_value(g, from, in),
                     after = test::reference_value(g, to, in);
        if (!ordinary(g, from, in)) continue;
        ASSERT_NEAR(before, after, 20 * std::numeric_limits<double>::epsilon() * std::fabs(before))
            << rule.name << ": " << test::show(g, from) << " -> " << test::show(g, to);
      }
    });
    EXPECT_GT(fired, 20) << rule.name;
  }
}

TEST(Rules, HaveDistinctNames) {
  for (const Rule& a : rules()) {
    for (const Rule& b : rules()) EXPECT_TRUE(&a == &b || a.name != b.name);
  }
}

// Simplifying again changes nothing: a node built from simplified operands is where it ends.
TEST(Rules, ReachAFixedPoint) {
  Graph g;
  const std::vector<NodeId> words = vocabulary(g);
  for (const Op op : {Op::add, Op::sub, Op::mul, Op::div, Op::neg, Op::pow, Op::strong_mul}) {
    for (const NodeId a : words) {
      for (const NodeId b : words) {
        const NodeId made = g.make(op, a, info(op).arity == 2 ? b : kNone);
        const Node n = g[made];
        if (arity(n) == 0) continue;
        EXPECT_EQ(g.make(n.op, n.a, n.b, n.c, n.imm), made) << test::show(g, made);
      }
    }
  }
}

}  // namespace
}  // namespace nlsq::expr
