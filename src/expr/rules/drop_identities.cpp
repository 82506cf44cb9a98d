// SPDX-License-Identifier: MIT
// drop_identities: x+0, x−0, x·1, x/1, and 0·p for a parameter p, which is finite by definition.
// 0·x is kept for anything that could be infinite or NaN, so no fault of a model is hidden. Exact.
#include <cmath>

#include "expr/rules/rules.hpp"

namespace nlsq::expr {
namespace {

bool always_finite(const Graph& graph, NodeId id) { return graph[id].op == Op::parameter; }

bool finite_number(const Graph& graph, NodeId id) {
  return graph.is_constant(id) && std::isfinite(graph[id].value);
}

}  // namespace

NodeId drop_identities(Graph& graph, const Node& node) {
  const NodeId a = node.a, b = node.b;
  switch (node.op) {
    case Op::add:
      if (graph.is_constant(a, 0.0)) return b;
      if (graph.is_constant(b, 0.0)) return a;
      return kNone;
    case Op::sub:
      if (graph.is_constant(b, 0.0)) return a;
      if (graph.is_constant(a, 0.0)) return graph.make(Op::neg, b);
      if (a == b && always_finite(graph, a)) return graph.constant(0.0);
      return kNone;
    case Op::mul:
      if (graph.is_constant(a, 1.0)) return b;
      if (graph.is_constant(b, 1.0)) return a;
      if (graph.is_constant(a, 0.0) && always_finite(graph, b)) return a;
      if (graph.is_constant(b, 0.0) && always_finite(graph, a)) return b;
      return kNone;
    case Op::strong_mul:
      // With a finite number on one side there is nothing to guard against but that number being 0.
      if (graph.is_constant(a, 0.0)) return a;
      if (graph.is_constant(b, 0.0)) return b;
      if (finite_number(graph, a) || finite_number(graph, b)) return graph.make(Op::mul, a, b);
      return kNone;
    case Op::div: return graph.is_constant(b, 1.0) ? a : kNone;
    default: return kNone;
  }
}

}  // namespace nlsq::expr
