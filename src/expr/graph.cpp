// SPDX-License-Identifier: MIT
// Hash-consing by open addressing; a node's traits follow from its operands.
#include "expr/graph.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "expr/rules/rules.hpp"

namespace nlsq::expr {
namespace {

std::uint64_t mix(std::uint64_t h, std::uint64_t v) {
  h = (h ^ v) * 0x9E3779B97F4A7C15ull;
  return h ^ (h >> 29);
}

std::uint64_t hash(const Node& n) {
  std::uint64_t h = mix(static_cast<std::uint64_t>(n.op) + 1, static_cast<std::uint32_t>(n.imm));
  h = mix(h, (static_cast<std::uint64_t>(n.a) << 32) | n.b);
  h = mix(h, n.c);
  return mix(h, std::bit_cast<std::uint64_t>(n.value));
}

bool same(const Node& x, const Node& y) {
  return x.op == y.op && x.imm == y.imm && x.a == y.a && x.b == y.b && x.c == y.c &&
         std::bit_cast<std::uint64_t>(x.value) == std::bit_cast<std::uint64_t>(y.value);
}

}  // namespace

NodeId Graph::constant(double value) { return intern({.op = Op::constant, .value = value}); }

NodeId Graph::leaf(Op op, index_t index) {
  return intern({.op = op, .imm = static_cast<std::int32_t>(index)});
}

NodeId Graph::gathered(index_t vector, NodeId index_column) {
  return intern({.op = Op::gathered, .imm = static_cast<std::int32_t>(vector), .a = index_column});
}

NodeId Graph::make(Op op, NodeId a, NodeId b, NodeId c, std::int32_t imm) {
  Node node{.op = op, .imm = imm, .a = a, .b = b, .c = c};
  if (simplify_) {
    const NodeId simpler = apply_rules(*this, node);
    if (simpler != kNone) return simpler;
  }
  if (is_commutative(op) && node.a > node.b) std::swap(node.a, node.b);
  return intern(node);
}

NodeId Graph::power(NodeId x, int exponent) {
  const int n = std::abs(exponent);
  if (n == 0) return constant(1.0);
  if (n > 16) return intern({.op = Op::pow, .a = x, .b = constant(exponent)});
  NodeId result = kNone;
  NodeId square = x;
  for (int bits = n; bits != 0; bits >>= 1) {
    if (bits & 1) result = result == kNone ? square : make(Op::mul, square, result);
    if (bits > 1) square = make(Op::mul, square, square);
  }
  return exponent > 0 ? result : make(Op::div, constant(1.0), result);
}

NodeId Graph::intern(const Node& node) {
  if (2 * (nodes_.size() + 1) > table_.size()) grow_table();
  const std::size_t mask = table_.size() - 1;
  std::size_t slot = hash(node) & mask;
  while (table_[slot] != kNone) {
    if (same(nodes_[table_[slot]], node)) return table_[slot];
    slot = (slot + 1) & mask;
  }
  Traits traits;
  // An element that a number picks is the same for all rows.
  traits.uniform = node.op != Op::column && (node.op != Op::gathered || is_constant(node.a));
  const int operands = arity(node);
  for (int i = 0; i < operands; ++i) traits.uniform &= traits_[operand(node, i)].uniform;
  if (node.op == Op::where || node.op == Op::strong_mul) {
    traits.selects_zero = true;
  } else if (node.op == Op::mul || node.op == Op::add || node.op == Op::sub) {
    traits.selects_zero = traits_[node.a].selects_zero || traits_[node.b].selects_zero;
  } else if (node.op == Op::neg || node.op == Op::div) {
    traits.selects_zero = traits_[node.a].selects_zero;
  }
  const NodeId id = size();
  nodes_.push_back(node);
  traits_.push_back(traits);
  table_[slot] = id;
  return id;
}

void Graph::grow_table() {
  const std::size_t count = table_.empty() ? 128 : table_.size() * 2;
  table_.assign(count, kNone);
  nodes_.reserve(count / 2);
  traits_.reserve(count / 2);
  for (NodeId id = 0; id < size(); ++id) {
    std::size_t slot = hash(nodes_[id]) & (count - 1);
    while (table_[slot] != kNone) slot = (slot + 1) & (count - 1);
    table_[slot] = id;
  }
}

std::vector<bool> Graph::reachable(std::span<const NodeId> roots) const {
  std::vector<bool> needed(size(), false);
  NodeId last = 0;
  for (const NodeId root : roots) {
    if (root == kNone) continue;
    needed[root] = true;
    last = std::max(last, root);
  }
  // Operands come before their users, so one sweep downwards suffices.
  for (NodeId id = last + 1; id-- > 0;) {
    if (!needed[id]) continue;
    for (int i = 0; i < arity(nodes_[id]); ++i) needed[operand(nodes_[id], i)] = true;
  }
  return needed;
}

NodeId copy_into(Graph& to, const Graph& from, NodeId root) {
  const std::vector<bool> needed = from.reachable({&root, 1});
  std::vector<NodeId> copied(root + std::size_t{1}, kNone);
  for (NodeId id = 0; id <= root; ++id) {
    if (!needed[id]) continue;
    Node node = from[id];
    for (NodeId* operand : {&node.a, &node.b, &node.c}) {
      if (*operand != kNone) *operand = copied[*operand];
    }
    const bool rewrites = info(node.op).arity > 0;
    copied[id] = rewrites ? to.make(node.op, node.a, node.b, node.c, node.imm) : to.intern(node);
  }
  return copied[root];
}

}  // namespace nlsq::expr
