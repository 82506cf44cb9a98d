// SPDX-License-Identifier: MIT
// Derivatives as graphs: forward and reverse are the same values, both are what differences of the
// model say, and dead branches never show.
#include "expr/differentiate.hpp"

#include <gtest/gtest.h>

#include "formula_support.hpp"
#include "support/random_graph.hpp"
#include "support/tolerance.hpp"

namespace nlsq::expr {
namespace {

using Inputs = test::Inputs<double>;

long double moved_value(const Graph& g, NodeId root, const Inputs& in, std::size_t parameter,
                        long double step) {
  auto wide = test::converted<long double>(in);
  wide.parameters[parameter][0] += step;
  return test::reference_value(g, root, wide);
}

// A difference of fourth order in long double.
long double slope(const Graph& g, NodeId root, const Inputs& in, std::size_t parameter,
                  long double h) {
  const auto at = [&](long double step) { return moved_value(g, root, in, parameter, step); };
  return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
}

long double derivative(const Graph& g, NodeId id, const Inputs& in) {
  return id == kNone ? 0.0L : test::reference_value(g, id, test::converted<long double>(in));
}

// Within `tolerance` of max(1, |a|).
::testing::AssertionResult close(long double a, long double b, long double tolerance) {
  if (std::fabs(a - b) <= tolerance * std::max(1.0L, std::fabs(a))) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << static_cast<double>(a) << " and " << static_cast<double>(b);
}

std::vector<Variable> all_parameters(int count) {
  std::vector<Variable> variables;
  for (int i = 0; i < count; ++i) variables.push_back({i, -1});
  return variables;
}

Inputs random_inputs(std::mt19937& random) {
  Inputs in{{}, test::random_values(random, test::RandomGraph::kColumns)};
  for (int i = 0; i < test::RandomGraph::kParameters; ++i) {
    in.parameters.push_back(test::random_values(random, 1));
  }
  return in;
}

TEST(Differentiate, ForwardAndReverseGiveTheSameValuesAndThoseOfDifferences) {
  std::mt19937 random(17);
  int compared = 0, kinks = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    auto made = test::random_graph(seed, seed % 3 != 0);
    Graph& g = made.graph;
    const auto variables = all_parameters(test::RandomGraph::kParameters);
    const auto forward = differentiate(g, made.root, variables, Accumulation::forward);
    const auto reverse = differentiate(g, made.root, variables, Accumulation::reverse);
    for (int trial = 0; trial < 8; ++trial) {
      const Inputs in = random_inputs(random);
      for (std::size_t j = 0; j < variables.size(); ++j) {
        const long double up = derivative(g, forward[j], in), down = derivative(g, reverse[j], in);
        ASSERT_TRUE(std::isfinite(up)) << "seed " << seed << " parameter " << j << ": " << up;
        ASSERT_TRUE(close(up, down, 1e-13L)) << "seed " << seed << " parameter " << j;
        const long double wide = slope(g, made.root, in, j, 2e-5L),
                          narrow = slope(g, made.root, in, j, 1e-5L);
        const long double size = std::max(1.0L, std::fabs(up));
        // A step across a kink or a jump shows in two differences that disagree.
        if (!(std::fabs(wide - narrow) < 1e-7L * size)) {
          ++kinks;
          continue;
        }
        ++compared;
        ASSERT_TRUE(close(up, narrow, 1e-8L)) << "seed " << seed << " parameter " << j;
      }
    }
  }
  EXPECT_GT(compared, 12000);
  EXPECT_LT(kinks, 100);
}

TEST(Differentiate, SimplifyingChangesNothingButRounding) {
  std::mt19937 random(23);
  for (unsigned seed = 0; seed < 300; ++seed) {
    auto plain = test::random_graph(seed, false), simple = test::random_graph(seed, true);
    const auto variables = all_parameters(test::RandomGraph::kParameters);
    const auto order = seed % 2 == 0 ? Accumulation::forward : Accumulation::reverse;
    const auto a = differentiate(plain.graph, plain.root, variables, order);
    const auto b = differentiate(simple.graph, simple.root, variables, order);
    for (int trial = 0; trial < 5; ++trial) {
      const Inputs in = random_inputs(random);
      for (std::size_t j = 0; j < variables.size(); ++j) {
        const long double x = derivative(plain.graph, a[j], in),
                          y = derivative(simple.graph, b[j], in);
        ASSERT_TRUE(close(x, y, 1e-13L)) << "seed " << seed;
      }
    }
  }
}

TEST(Differentiate, TwiceIsSymmetricInEveryOrder) {
  std::mt19937 random(29);
  for (unsigned seed = 0; seed < 120; ++seed) {
    auto made = test::random_graph(seed);
    Graph& g = made.graph;
    const auto variables = all_parameters(test::RandomGraph::kParameters);
    std::vector<std::vector<std::vector<NodeId>>> second;
    for (const auto outer : {Accumulation::forward, Accumulation::reverse}) {
      for (const auto inner : {Accumulation::forward, Accumulation::reverse}) {
        auto& all = second.emplace_back();
        for (const NodeId first : differentiate(g, made.root, variables, inner)) {
          all.push_back(first == kNone ? std::vector<NodeId>(variables.size(), kNone)
                                       : differentiate(g, first, variables, outer));
        }
      }
    }
    const Inputs in = random_inputs(random);
    for (std::size_t i = 0; i < variables.size(); ++i) {
      for (std::size_t j = 0; j < variables.size(); ++j) {
        const long double expected = derivative(g, second[0][i][j], in);
        ASSERT_TRUE(std::isfinite(expected)) << "seed " << seed;
        for (const auto& other : second) {
          ASSERT_TRUE(close(expected, derivative(g, other[i][j], in), 1e-12L)) << "seed " << seed;
          ASSERT_TRUE(close(expected, derivative(g, other[j][i], in), 1e-12L)) << "seed " << seed;
        }
      }
    }
  }
}

// Derivatives of a formula at given values, forward and reverse.
void expect_derivatives(const std::string& formula, const std::map<std::string, double>& names,
                        const std::vector<double>& expected) {
  const Model model = Model::parse(formula);
  Inputs in;
  for (const std::string& name : model.parameters()) in.parameters.push_back({names.at(name)});
  for (const std::string& name : model.columns()) in.columns.push_back(names.at(name));
  for (const bool simplify : {true, false}) {
    for (const auto order : {Accumulation::forward, Accumulation::reverse}) {
      Graph g(simplify);
      const NodeId root = copy_into(g, model.impl()->graph, model.impl()->outputs[0]);
      const auto made =
          differentiate(g, root, all_parameters(static_cast<int>(expected.size())), order);
      for (std::size_t j = 0; j < expected.size(); ++j) {
        const double got = made[j] == kNone ? 0.0 : test::reference_value(g, made[j], in);
        EXPECT_DOUBLE_EQ(got, expected[j])
            << formula << " by " << model.parameters()[j] << ": " << test::show(g, made[j]);
      }
    }
  }
}

TEST(DeadBranches, DoNotPoisonDerivatives) {
  const std::map<std::string, double> dead{{"a", 2.0}, {"c", 3.0}, {"x", 1.0}},
      alive{{"a", 2.0}, {"c", 0.75}, {"x", 1.0}};
  expect_derivatives("where(x > c, sqrt(x - c), 0)*a", dead, {0.0, 0.0});
  expect_derivatives("where(x > c, sqrt(x - c), 0)*a", alive, {-2.0, 0.5});
  expect_derivatives("a*sqrt(where(x > c, x - c, 0))", dead, {0.0, 0.0});
  expect_derivatives("a*sqrt(where(x > c, x - c, 0))", alive, {0.5, -2.0});
  expect_derivatives("where(x > c, log(x - c), a)", dead, {0.0, 1.0});
  expect_derivatives("a*where(x > c, 1/(x - c), 1)", dead, {1.0, 0.0});
  expect_derivatives("a*where(x == x, 1, log(c - c))", dead, {1.0});
  expect_derivatives("where(x > c, sqrt(x - c), where(x > c, log(x - c), a*x))", dead, {0.0, 1.0});
  expect_derivatives("a*(x + where(x > c, (x - c)^1.5, 0))", dead, {1.0, 0.0});
  expect_derivatives("exp(where(x > c, sqrt(x - c), 0))*a", dead, {0.0, 1.0});
  expect_derivatives("(where(x > c, sqrt(x - c), 0) + a)^2", dead, {0.0, 4.0});
  expect_derivatives("a/(1 + where(x > c, sqrt(x - c), 0))", dead, {1.0, 0.0});
  // The slope of c - c is a zero that only the simplifier sees.
  expect_derivatives("a*sqrt(where(x > c, x + (c - c), 0))", dead, {0.0, 0.0});
}

TEST(DeadBranches, APointWhereTheBranchIsExactlyZero) {
  // x = c: the live side of the second form is sqrt(0), whose slope is infinite but selected away.
  const std::map<std::string, double> edge{{"a", 2.0}, {"c", 1.0}, {"x", 1.0}};
  expect_derivatives("where(x > c, sqrt(x - c), 0)*a", edge, {0.0, 0.0});
  expect_derivatives("a*sqrt(where(x > c, x - c, 0))", edge, {0.0, 0.0});
}

TEST(Differentiate, SingularPointsHaveTheLimit) {
  expect_derivatives("x^a", {{"a", 2.0}, {"x", 0.0}}, {0.0});
  expect_derivatives("a^x", {{"a", 0.0}, {"x", 1.0}}, {1.0});
  expect_derivatives("a^x", {{"a", 0.0}, {"x", 0.0}}, {0.0});
  expect_derivatives("a^x", {{"a", 0.0}, {"x", 2.0}}, {0.0});
  expect_derivatives("hypot(a, b)", {{"a", 0.0}, {"b", 0.0}}, {0.0, 0.0});
  expect_derivatives("abs(a)", {{"a", 0.0}}, {0.0});
  expect_derivatives("j1_over_x(a)", {{"a", 0.0}}, {0.0});
}

TEST(Differentiate, ZerosKnownFromTheStructureAreNotBuilt) {
  Graph g;
  const Expression x{&g, g.column(0)}, a{&g, g.parameter(0)}, b{&g, g.parameter(1)};
  const auto variables = all_parameters(3);
  for (const auto order : {Accumulation::forward, Accumulation::reverse}) {
    const auto made = differentiate(g, (a * x + floor(b)).id, variables, order);
    EXPECT_EQ(made[0], x.id);
    EXPECT_EQ(made[1], kNone) << "a step has no slope";
    EXPECT_EQ(made[2], kNone) << "not in the graph";
    EXPECT_EQ(differentiate(g, x.id, variables, order)[0], kNone);
    EXPECT_TRUE(g.is_constant(differentiate(g, a.id, variables, order)[0], 1.0));
    EXPECT_EQ(differentiate(g, (a < x).id, variables, order)[0], kNone);
  }
}

TEST(Differentiate, ElementsOfAGatheredVector) {
  const Model model = Model::parse("a[g]^2*x", {"x", "g"});
  for (const auto order : {Accumulation::forward, Accumulation::reverse}) {
    Graph g = model.impl()->graph;
    const Variable variables[] = {{0, 0}, {0, 1}, {0, -1}};
    const auto made = differentiate(g, model.impl()->outputs[0], variables, order);
    for (const double group : {0.0, 1.0}) {
      const Inputs in{{{3.0, 5.0}}, {group, 7.0}};  // the columns are g, x
      EXPECT_DOUBLE_EQ(test::reference_value(g, made[0], in), group == 0 ? 42.0 : 0.0);
      EXPECT_DOUBLE_EQ(test::reference_value(g, made[1], in), group == 1 ? 70.0 : 0.0);
    }
    EXPECT_EQ(made[2], kNone) << "no plain parameter of that number";
  }
}

TEST(Differentiate, ReverseCostsAFewTimesTheModelWhateverTheParameters) {
  Graph g;
  Expression sum{&g, g.constant(0.0)};
  const Expression x{&g, g.column(0)};
  for (int i = 0; i < 200; ++i) sum = sum + exp(Expression{&g, g.parameter(i)} * x);
  const NodeId before = g.size();
  differentiate(g, sum.id, all_parameters(200), Accumulation::reverse);
  EXPECT_LT(g.size() - before, 3 * before);
}

}  // namespace
}  // namespace nlsq::expr
