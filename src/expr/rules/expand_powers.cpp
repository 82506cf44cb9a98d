// SPDX-License-Identifier: MIT
// expand_powers: whole exponents up to 16 become products, ±1/2 a square root; exponents 0 and 1
// vanish. Not exact: a product chain of length k rounds k − 1 times where pow rounds once.
#include <cmath>

#include "expr/rules/rules.hpp"

namespace nlsq::expr {

NodeId expand_powers(Graph& graph, const Node& node) {
  if (node.op != Op::pow || !graph.is_constant(node.b)) return kNone;
  const double exponent = graph[node.b].value;
  if (exponent == 0.5) return graph.make(Op::sqrt, node.a);
  if (exponent == -0.5) {
    return graph.make(Op::div, graph.constant(1.0), graph.make(Op::sqrt, node.a));
  }
  if (std::fabs(exponent) > 16.0 || exponent != std::floor(exponent)) return kNone;
  return graph.power(node.a, static_cast<int>(exponent));
}

}  // namespace nlsq::expr
