// SPDX-License-Identifier: MIT
// resolve_conditions: where(number, x, y) is one of its branches, where(c, x, x) is x. Exact.
#include "expr/rules/rules.hpp"

namespace nlsq::expr {

NodeId resolve_conditions(Graph& graph, const Node& node) {
  if (node.op != Op::where) return kNone;
  if (node.b == node.c) return node.b;
  if (!graph.is_constant(node.a)) return kNone;
  return graph[node.a].value != 0.0 ? node.b : node.c;
}

}  // namespace nlsq::expr
