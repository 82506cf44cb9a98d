// SPDX-License-Identifier: MIT
#include "program/fusion.hpp"

#include <algorithm>
#include <utility>

namespace nlsq::program {
namespace {

using expr::Graph;
using expr::kNone;
using expr::Node;
using expr::NodeId;
using expr::Op;

class Finder {
 public:
  Finder(const Graph& graph, const std::vector<bool>& needed)
      : g_(graph), needed_(needed), uses_(graph.size(), 0) {
    found_.absorbed.assign(g_.size(), false);
    for (auto* list : {&found_.product_of, &found_.sum_of, &found_.partner, &found_.reciprocal})
      list->assign(g_.size(), kNone);
    found_.polynomial.assign(g_.size(), {});
  }

  Fusion run(std::span<const Root> roots) {
    count_uses(roots);
    look_through_rows();
    return std::move(found_);
  }

 private:
  void count_uses(std::span<const Root> roots) {
    for (NodeId id = 0; id < g_.size(); ++id) {
      if (!needed_[id]) continue;
      for (int i = 0; i < expr::arity(g_[id]); ++i) ++uses_[expr::operand(g_[id], i)];
    }
    for (const Root& root : roots) ++uses_[root.node];
  }

  // In the order of the nodes, so that what a sum holds was looked at before the sum.
  void look_through_rows() {
    std::vector<NodeId> sine(g_.size(), kNone), cosine(g_.size(), kNone);
    for (NodeId id = 0; id < g_.size(); ++id) {
      if (!needed_[id] || g_.traits(id).uniform) continue;
      const Node& n = g_[id];
      if (n.op == Op::sin) sine[n.a] = id;
      if (n.op == Op::cos) cosine[n.a] = id;
      if (n.op == Op::div && g_.is_constant(n.a, 1.0)) found_.reciprocal[n.b] = id;
      if (n.op == Op::add || n.op == Op::sub) look_at_sum(id);
    }
    pair_up(sine, cosine);
  }

  void look_at_sum(NodeId id) {
    const Node& n = g_[id];
    if (n.op == Op::add && find_polynomial(id)) return;
    if (n.op == Op::sub && uses_[n.a] == 1 && g_[n.a].op == Op::add &&
        !found_.polynomial[n.a].empty() && !g_.traits(n.b).uniform) {
      found_.polynomial[id] = std::move(found_.polynomial[n.a]);
      found_.absorbed[n.a] = true;
      return;
    }
    // (a·b + c) − e with a sum of its own: one instruction. The sum has found its product
    // already.
    if (n.op == Op::sub && uses_[n.a] == 1 && g_[n.a].op == Op::add &&
        found_.product_of[n.a] != kNone && !g_.traits(n.b).uniform) {
      found_.sum_of[id] = n.a;
      found_.absorbed[n.a] = true;
      return;
    }
    for (const NodeId term : {n.a, n.b}) {
      if (found_.product_of[id] != kNone || !is_private_product(term)) continue;
      found_.product_of[id] = term;
      found_.absorbed[term] = true;
    }
  }

  void pair_up(const std::vector<NodeId>& sine, const std::vector<NodeId>& cosine) {
    for (NodeId x = 0; x < g_.size(); ++x) {
      if (sine[x] == kNone || cosine[x] == kNone) continue;
      const NodeId first = std::min(sine[x], cosine[x]), second = std::max(sine[x], cosine[x]);
      found_.partner[first] = second;
      found_.absorbed[second] = true;
    }
  }

  // c₀ + x·(c₁ + x·(… + x·cₖ)), k ≥ 2, with uniform coefficients: one instruction. The inner sum is
  // one already, or is x·cₖ + cₖ₋₁ itself.
  bool find_polynomial(NodeId id) {
    const Node& n = g_[id];
    const NodeId constant = g_.traits(n.a).uniform ? n.a : n.b;
    const NodeId product = constant == n.a ? n.b : n.a;
    if (!g_.traits(constant).uniform || g_[product].op != Op::mul || uses_[product] != 1 ||
        found_.absorbed[product]) {
      return false;
    }
    for (const NodeId inner : {g_[product].a, g_[product].b}) {
      const NodeId x = inner == g_[product].a ? g_[product].b : g_[product].a;
      if (g_.traits(x).uniform || uses_[inner] != 1) continue;
      std::vector<NodeId> chain = inner_polynomial(inner, x);
      if (chain.empty()) continue;
      chain.push_back(constant);
      found_.polynomial[id] = std::move(chain);
      found_.absorbed[inner] = found_.absorbed[product] = true;
      return true;
    }
    return false;
  }

  // {x, cₖ, …, c₁} if `inner` is a polynomial in x; empty otherwise.
  std::vector<NodeId> inner_polynomial(NodeId inner, NodeId x) {
    // One that ends with a subtraction is an instruction of its own.
    if (!found_.polynomial[inner].empty() && g_[inner].op == Op::add) {
      return found_.polynomial[inner].front() == x ? found_.polynomial[inner]
                                                   : std::vector<NodeId>{};
    }
    const Node& n = g_[inner];
    const NodeId product = found_.product_of[inner];
    if (n.op != Op::add || product == kNone) return {};
    const NodeId constant = product == n.a ? n.b : n.a;
    const NodeId factor = g_[product].a == x   ? g_[product].b
                          : g_[product].b == x ? g_[product].a
                                               : kNone;
    if (factor == kNone || !g_.traits(factor).uniform || !g_.traits(constant).uniform) return {};
    return {x, factor, constant};
  }

  bool is_private_product(NodeId id) const {
    return g_[id].op == Op::mul && !g_.traits(id).uniform && uses_[id] == 1 && !found_.absorbed[id];
  }

  const Graph& g_;
  const std::vector<bool>& needed_;
  std::vector<int> uses_;
  Fusion found_;
};

}  // namespace

Fusion find_fusion(const Graph& graph, const std::vector<bool>& needed,
                   std::span<const Root> roots) {
  return Finder(graph, needed).run(roots);
}

}  // namespace nlsq::program
