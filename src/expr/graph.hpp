// SPDX-License-Identifier: MIT
// The expression graph: an arena of small nodes, hash-consed on construction, so that equal
// subexpressions are one node and operands always come before their users. Rewrite rules (rules/)
// run as a node is made. Not thread-safe while growing; any number of readers after.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "expr/op.hpp"
#include "nlsq/types.hpp"

namespace nlsq::expr {

using NodeId = std::uint32_t;
inline constexpr NodeId kNone = 0xFFFFFFFFu;

/// imm: index of the parameter or column; for `gathered` the parameter vector (operand a is the
/// index column); for families (polygamma, bessel_ratio, wofz) the order.
struct Node {
  Op op = Op::constant;
  std::int32_t imm = 0;
  NodeId a = kNone, b = kNone, c = kNone;
  double value = 0.0;
};

/// Facts about a node that follow from its operands.
struct Traits {
  bool uniform : 1 = true;  ///< no column below it: the same for all rows
  bool selects_zero : 1 =
      false;  ///< may be an exact 0 chosen by a condition: multiply with strong_mul
};

class Graph {
 public:
  explicit Graph(bool simplify = true) : simplify_(simplify) {}

  NodeId constant(double value);
  NodeId parameter(index_t index) { return leaf(Op::parameter, index); }
  NodeId column(index_t index) { return leaf(Op::column, index); }
  NodeId gathered(index_t vector, NodeId index_column);

  /// The node op(a, b, c) after rewriting: an existing one where an equal one exists.
  NodeId make(Op op, NodeId a, NodeId b = kNone, NodeId c = kNone, std::int32_t imm = 0);
  /// x^exponent for a whole exponent, as a chain of products up to |exponent| = 16.
  NodeId power(NodeId x, int exponent);

  const Node& operator[](NodeId id) const { return nodes_[id]; }
  const Traits& traits(NodeId id) const { return traits_[id]; }
  NodeId size() const { return static_cast<NodeId>(nodes_.size()); }
  bool is_constant(NodeId id) const { return nodes_[id].op == Op::constant; }
  bool is_constant(NodeId id, double value) const {
    return is_constant(id) && nodes_[id].value == value;
  }
  bool simplifies() const { return simplify_; }

  /// Marks the nodes that `roots` need; the result has size() entries.
  std::vector<bool> reachable(std::span<const NodeId> roots) const;

  /// Adds the node without applying rules; for the rules themselves.
  NodeId intern(const Node& node);

 private:
  NodeId leaf(Op op, index_t index);
  void grow_table();

  bool simplify_;
  std::vector<Node> nodes_;
  std::vector<Traits> traits_;
  std::vector<NodeId> table_;  // open addressing, power-of-two size
};

/// Rebuilds a node and what it needs in another graph.
NodeId copy_into(Graph& to, const Graph& from, NodeId id);

/// Number of operands a node has.
inline int arity(const Node& node) { return node.op == Op::gathered ? 1 : info(node.op).arity; }

inline NodeId operand(const Node& node, int i) {
  return i == 0 ? node.a : i == 1 ? node.b : node.c;
}

}  // namespace nlsq::expr
