// SPDX-License-Identifier: MIT
// collect_uniform: what is the same for all rows is computed once. u·(v·x) is (u·v)·x and x/u is
// x·(1/u) for uniform u, v and a row expression x; x + x is 2·x. Not exact: one rounding more or in
// another place.
#include <cmath>

#include "expr/rules/rules.hpp"

namespace nlsq::expr {
namespace {

bool is_uniform(const Graph& g, NodeId id) { return g.traits(id).uniform; }

// x·(1/u) is exact for powers of two; a reciprocal that overflows or underflows is left alone.
bool reciprocal_is_safe(const Graph& g, NodeId u) {
  if (!g.is_constant(u)) return true;
  const double r = 1.0 / g[u].value;
  return std::isnormal(r);
}

}  // namespace

NodeId collect_uniform(Graph& g, const Node& node) {
  if (node.op == Op::div) {
    if (is_uniform(g, node.b) && !is_uniform(g, node.a) && reciprocal_is_safe(g, node.b)) {
      return g.make(Op::mul, g.make(Op::div, g.constant(1.0), node.b), node.a);
    }
    return kNone;
  }
  // x + x is 2x: a factor like any other.
  if (node.op == Op::add && node.a == node.b) return g.make(Op::mul, g.constant(2.0), node.a);
  if (node.op != Op::mul) return kNone;
  NodeId u = node.a, x = node.b;
  if (is_uniform(g, x)) std::swap(u, x);
  if (!is_uniform(g, u) || is_uniform(g, x) || g[x].op != Op::mul) return kNone;
  const Node inner = g[x];
  if (is_uniform(g, inner.a)) return g.make(Op::mul, g.make(Op::mul, u, inner.a), inner.b);
  if (is_uniform(g, inner.b)) return g.make(Op::mul, g.make(Op::mul, u, inner.b), inner.a);
  return kNone;
}

}  // namespace nlsq::expr
