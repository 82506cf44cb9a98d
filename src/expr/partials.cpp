// SPDX-License-Identifier: MIT
// The derivative of each operation with respect to its operands, written in ops.def.
#include "expr/differentiate.hpp"
#include "expr/expression.hpp"

namespace nlsq::expr {
namespace {

NodeId node_of(Expression e) { return e.id; }

using Partial = NodeId (*)(Graph&, NodeId, int);

// The names that the formulas of ops.def may use: x and y (operands), f (the node), k (its
// integer).
#define NLSQ_PARTIAL_NAMES                                                      \
  const Node n = g[node];                                                       \
  const auto c = [&g](double v) { return Expression{&g, g.constant(v)}; };      \
  [[maybe_unused]] const Expression x{&g, n.a}, y{&g, n.b}, f{&g, node};        \
  [[maybe_unused]] const Expression zero = c(0.0), one = c(1.0), half = c(0.5); \
  [[maybe_unused]] const Expression three = c(3.0);                             \
  [[maybe_unused]] const std::int32_t k = n.imm;

#define NLSQ_UNARY(id, text, numpy, dx, ulp, doc)   \
  NodeId partial_##id(Graph& g, NodeId node, int) { \
    NLSQ_PARTIAL_NAMES                              \
    return node_of(dx);                             \
  }
#define NLSQ_BINARY(id, text, numpy, dx, dy, ulp, doc) \
  NodeId partial_##id(Graph& g, NodeId node, int i) {  \
    NLSQ_PARTIAL_NAMES                                 \
    return i == 0 ? node_of(dx) : node_of(dy);         \
  }
#include "nlsq/ops.def"

constexpr Partial kPartials[] = {
#define NLSQ_LEAF(id, text, doc) nullptr,
#define NLSQ_TERNARY(id, text, doc) nullptr,
#define NLSQ_UNARY(id, text, numpy, dx, ulp, doc) partial_##id,
#define NLSQ_BINARY(id, text, numpy, dx, dy, ulp, doc) partial_##id,
#include "nlsq/ops.def"
};

}  // namespace

NodeId partial(Graph& graph, NodeId node, int i) {
  return kPartials[static_cast<int>(graph[node].op)](graph, node, i);
}

}  // namespace nlsq::expr
