// SPDX-License-Identifier: MIT
#include "program/columns.hpp"

#include <gtest/gtest.h>

#include <random>

#include "expr/differentiate.hpp"
#include "expr/expression.hpp"
#include "support/random_graph.hpp"
#include "support/show_graph.hpp"
#include "support/tolerance.hpp"

namespace nlsq::program {
namespace {

using expr::Expression;
using expr::Graph;
using expr::kNone;
using expr::NodeId;

struct ColumnsTest : ::testing::Test {
  Expression p(index_t i) { return {&g, g.parameter(i)}; }
  Expression c(index_t i) { return {&g, g.column(i)}; }
  Expression n(double v) { return {&g, g.constant(v)}; }
  Graph g;
};

TEST_F(ColumnsTest, UniformFactorsComeOut) {
  const Expression e = exp(c(0));
  const NodeId columns[] = {(p(0) * (p(1) * e)).id, (-(e * c(0))).id, kNone, (p(0) * p(1)).id};
  const auto made = factor_columns(g, columns, {});
  EXPECT_EQ(made[0].values, e.id);
  EXPECT_EQ(test::show(g, made[0].factor), "mul(p0, p1)");
  EXPECT_EQ(test::show(g, made[1].factor), "-1");
  EXPECT_EQ(test::show(g, made[1].values), "mul(c0, exp(c0))");
  EXPECT_EQ(made[2].values, kNone);
  EXPECT_TRUE(g.is_constant(made[3].values, 1.0)) << "a column that is the same for all rows";
  EXPECT_EQ(test::show(g, made[3].factor), "mul(p0, p1)");
}

TEST_F(ColumnsTest, SharedFactorsAreMultipliedFirst) {
  const Expression e = exp(c(0)), t = c(1);
  const NodeId columns[] = {e.id, (t * e).id, (t * (t * e)).id};
  const auto made = factor_columns(g, columns, {});
  EXPECT_EQ(made[0].values, e.id);
  // The longest column is one product more than the one before.
  const expr::Node longest = g[made[2].values];
  EXPECT_TRUE(longest.a == made[1].values || longest.b == made[1].values ||
              test::show(g, made[2].values).find(test::show(g, made[1].values)) !=
                  std::string::npos)
      << test::show(g, made[2].values);
}

// factor · values is the column, for the derivatives of random graphs.
TEST_F(ColumnsTest, FactorTimesValuesIsTheColumn) {
  std::mt19937 random(3);
  for (unsigned seed = 0; seed < 200; ++seed) {
    auto made = test::random_graph(seed);
    const expr::Variable variables[] = {{0, -1}, {1, -1}, {2, -1}, {3, -1}};
    const auto columns =
        differentiate(made.graph, made.root, variables, expr::Accumulation::forward);
    const auto factored = factor_columns(made.graph, columns, {{made.root}});
    for (int trial = 0; trial < 3; ++trial) {
      test::Inputs<double> in{{}, test::random_values(random, 2)};
      for (int i = 0; i < 4; ++i) in.parameters.push_back(test::random_values(random, 1));
      for (std::size_t i = 0; i < columns.size(); ++i) {
        ASSERT_EQ(columns[i] == kNone, factored[i].values == kNone);
        if (columns[i] == kNone) continue;
        const auto expected = test::reference_with_tolerance(made.graph, columns[i], in);
        if (!std::isfinite(expected.tolerance)) continue;
        const double factor = factored[i].factor == kNone
                                  ? 1.0
                                  : test::reference_value(made.graph, factored[i].factor, in);
        const double values = test::reference_value(made.graph, factored[i].values, in);
        ASSERT_NEAR(factor * values, static_cast<double>(expected.value), 10 * expected.tolerance)
            << seed;
      }
    }
  }
}

}  // namespace
}  // namespace nlsq::program
