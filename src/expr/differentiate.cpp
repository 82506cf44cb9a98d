// SPDX-License-Identifier: MIT
// Forward and reverse sweeps. kNone stands for a zero known from the structure, so nothing is built
// for it.
#include "expr/differentiate.hpp"

#include "expr/expression.hpp"

namespace nlsq::expr {
namespace {

bool is_leaf(const Node& node) { return info(node.op).arity == 0; }

/// Caches the partials of one graph and multiplies by the chain rule.
class Chain {
 public:
  explicit Chain(Graph& graph, NodeId root)
      : graph_(graph),
        partials_(3 * (root + std::size_t{1}), kUnknown),
        varies_(root + std::size_t{1}) {
    for (NodeId id = 0; id <= root; ++id) {
      const Node node = graph[id];
      varies_[id] = node.op == Op::parameter || node.op == Op::gathered;
      for (int i = 0; !is_leaf(node) && i < arity(node); ++i) {
        if (varies_[operand(node, i)]) varies_[id] = true;
      }
    }
  }

  /// seed · ∂(node)/∂(operand i), kNone when that is zero.
  NodeId pull(NodeId node, int i, NodeId seed) {
    NodeId& slot = partials_[3 * std::size_t{node} + static_cast<std::size_t>(i)];
    if (slot == kUnknown) {
      slot = known(one_sided(node, i) ? tie_to_second(node) : partial(graph_, node, i));
    }
    if (slot == kNone) return kNone;
    const bool selected = graph_.traits(seed).selects_zero || graph_.traits(slot).selects_zero;
    return known(graph_.make(selected ? Op::strong_mul : Op::mul, seed, slot));
  }

  NodeId sum(NodeId a, NodeId b) {
    if (a == kNone) return b;
    return b == kNone ? a : known(graph_.make(Op::add, a, b));
  }

  /// where(condition, a, b) with kNone as zero.
  NodeId select(NodeId condition, NodeId a, NodeId b) {
    if (a == kNone && b == kNone) return kNone;
    const NodeId zero = graph_.constant(0.0);
    return known(graph_.make(Op::where, condition, a == kNone ? zero : a, b == kNone ? zero : b));
  }

 private:
  // The second operand of min or max where the first one has no parameters.
  bool one_sided(NodeId id, int i) const {
    const Node node = graph_[id];
    return i == 1 && (node.op == Op::min || node.op == Op::max) && !varies_[operand(node, 0)];
  }

  // Its partial, 1 where the two are equal: a derivative of 0 would hold parameters where they are.
  NodeId tie_to_second(NodeId id) {
    const Node node = graph_[id];
    const NodeId x = operand(node, 0), y = operand(node, 1);
    const NodeId first = node.op == Op::min ? graph_.make(Op::lt, x, y) : graph_.make(Op::lt, y, x);
    return graph_.make(Op::where, first, graph_.constant(0.0), graph_.constant(1.0));
  }

  // A sum that simplified to the number 0 (the slope of x − x) is such a zero too: times an
  // infinite partial it would be NaN.
  NodeId known(NodeId id) const { return graph_.is_constant(id, 0.0) ? kNone : id; }

  static constexpr NodeId kUnknown = kNone - 1;
  Graph& graph_;
  std::vector<NodeId> partials_;
  std::vector<bool> varies_;  // with a parameter
};

// ∂(leaf)/∂(variable).
NodeId leaf_tangent(Graph& graph, NodeId id, const Variable& variable) {
  const Node node = graph[id];
  if (node.imm != variable.parameter) return kNone;
  if (variable.index_column >= 0) {
    const bool picks = node.op == Op::gathered && graph[node.a].op == Op::column &&
                       graph[node.a].imm == variable.index_column;
    return picks ? graph.constant(1.0) : kNone;
  }
  if (node.op == Op::parameter && variable.element < 0) return graph.constant(1.0);
  if (node.op == Op::gathered && variable.element >= 0) {
    const NodeId element = graph.constant(static_cast<double>(variable.element));
    const NodeId here = graph.make(Op::eq, node.a, element);
    return graph.make(Op::where, here, graph.constant(1.0), graph.constant(0.0));
  }
  return kNone;
}

std::vector<NodeId> forward(Graph& graph, NodeId root, std::span<const Variable> variables) {
  const std::vector<bool> needed = graph.reachable({&root, 1});
  Chain chain(graph, root);
  std::vector<NodeId> tangent(root + std::size_t{1});
  std::vector<NodeId> result;
  for (const Variable& variable : variables) {
    for (NodeId id = 0; id <= root; ++id) {
      tangent[id] = kNone;
      if (!needed[id]) continue;
      const Node node = graph[id];
      if (is_leaf(node)) {
        tangent[id] = leaf_tangent(graph, id, variable);
      } else if (node.op == Op::where) {
        tangent[id] = chain.select(node.a, tangent[node.b], tangent[node.c]);
      } else {
        for (int i = 0; i < arity(node); ++i) {
          const NodeId seed = tangent[operand(node, i)];
          if (seed != kNone) tangent[id] = chain.sum(tangent[id], chain.pull(id, i, seed));
        }
      }
    }
    result.push_back(tangent[root]);
  }
  return result;
}

std::vector<NodeId> reverse(Graph& graph, NodeId root, std::span<const Variable> variables) {
  const std::vector<bool> needed = graph.reachable({&root, 1});
  Chain chain(graph, root);
  std::vector<NodeId> adjoint(root + std::size_t{1}, kNone);
  std::vector<NodeId> leaves;
  adjoint[root] = graph.constant(1.0);
  for (NodeId id = root + 1; id-- > 0;) {
    if (!needed[id] || adjoint[id] == kNone) continue;
    const Node node = graph[id];
    if (is_leaf(node)) {
      leaves.push_back(id);
    } else if (node.op == Op::where) {
      const NodeId to_x = chain.select(node.a, adjoint[id], kNone);
      const NodeId to_y = chain.select(node.a, kNone, adjoint[id]);
      adjoint[node.b] = chain.sum(adjoint[node.b], to_x);
      adjoint[node.c] = chain.sum(adjoint[node.c], to_y);
    } else {
      for (int i = 0; i < arity(node); ++i) {
        NodeId& slot = adjoint[operand(node, i)];
        slot = chain.sum(slot, chain.pull(id, i, adjoint[id]));
      }
    }
  }
  std::vector<NodeId> result;
  for (const Variable& variable : variables) {
    NodeId total = kNone;
    for (const NodeId leaf : leaves) {
      const NodeId tangent = leaf_tangent(graph, leaf, variable);
      if (tangent == kNone) continue;
      const bool selected =
          graph.traits(tangent).selects_zero || graph.traits(adjoint[leaf]).selects_zero;
      const Op product = selected ? Op::strong_mul : Op::mul;
      total = chain.sum(total, graph.make(product, adjoint[leaf], tangent));
    }
    result.push_back(total);
  }
  return result;
}

}  // namespace

std::vector<NodeId> differentiate(Graph& graph, NodeId root, std::span<const Variable> variables,
                                  Accumulation order) {
  std::vector<NodeId> result = order == Accumulation::forward ? forward(graph, root, variables)
                                                              : reverse(graph, root, variables);
  for (NodeId& id : result) {
    if (id != kNone && graph.is_constant(id, 0.0)) id = kNone;
  }
  return result;
}

}  // namespace nlsq::expr
