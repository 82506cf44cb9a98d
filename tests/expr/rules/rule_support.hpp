// SPDX-License-Identifier: MIT
// Fixture for the tests of one rewrite rule: a small vocabulary and the graph as text.
#pragma once

#include <gtest/gtest.h>

#include "expr/expression.hpp"
#include "expr/rules/rules.hpp"
#include "support/show_graph.hpp"

namespace nlsq::expr {

struct RuleTest : ::testing::Test {
  Expression p(index_t i) { return {&g, g.parameter(i)}; }
  Expression c(index_t i) { return {&g, g.column(i)}; }
  Expression n(double v) { return {&g, g.constant(v)}; }
  std::string show(Expression e) const { return test::show(g, e.id); }

  Graph g;
};

}  // namespace nlsq::expr
