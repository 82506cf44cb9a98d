// SPDX-License-Identifier: MIT
// One sweep from the leaves up; a sum is taken apart where it ends (at a node that is no part of a
// larger private sum).
#include "program/horner.hpp"

#include <algorithm>
#include <map>

namespace nlsq::program {
namespace {

using expr::Graph;
using expr::kNone;
using expr::Node;
using expr::NodeId;
using expr::Op;

constexpr int kHighestPower = 16;

struct Monomial {
  NodeId base = kNone;  // kNone: uniform
  int power = 0;
  NodeId coefficient = kNone;  // kNone: 1
  bool negative = false;
};

class Horner {
 public:
  explicit Horner(Graph& graph, const std::vector<NodeId>& roots) : g_(graph), end_(graph.size()) {
    needed_ = g_.reachable(roots);
    uses_.assign(end_, 0);
    in_sum_.assign(end_, false);
    for (NodeId id = 0; id < end_; ++id) {
      if (!needed_[id]) continue;
      for (int i = 0; i < expr::arity(g_[id]); ++i) {
        ++uses_[expr::operand(g_[id], i)];
        if (is_sum(id)) in_sum_[expr::operand(g_[id], i)] = true;
      }
    }
    for (const NodeId root : roots) ++uses_[root];
  }

  std::vector<NodeId> run(const std::vector<NodeId>& roots) {
    to_.assign(end_, kNone);
    for (NodeId id = 0; id < end_; ++id) {
      if (!needed_[id]) continue;
      to_[id] = is_sum(id) && !is_inner(id) ? rebuild_sum(id) : rebuild(id);
    }
    std::vector<NodeId> out;
    out.reserve(roots.size());
    for (const NodeId root : roots) out.push_back(to_[root]);
    return out;
  }

 private:
  bool is_sum(NodeId id) const {
    const Op op = g_[id].op;
    return (op == Op::add || op == Op::sub) && !g_.traits(id).uniform;
  }
  // Part of one larger sum and of nothing else.
  bool is_inner(NodeId id) const { return is_sum(id) && uses_[id] == 1 && in_sum_[id]; }

  NodeId rebuild(NodeId id) {
    const Node n = g_[id];
    if (expr::arity(n) == 0) return id;
    if (n.op == Op::gathered) return id;
    const auto mapped = [&](NodeId x) { return x == kNone ? kNone : to_[x]; };
    return g_.make(n.op, mapped(n.a), mapped(n.b), mapped(n.c), n.imm);
  }

  // The terms of a sum from left to right, with a stack of its own: a sum may have as many terms as
  // a formula allows.
  std::vector<Monomial> terms_of(NodeId sum) {
    struct Entry {
      NodeId id;
      bool negative;
    };
    std::vector<Monomial> terms;
    std::vector<Entry> rest{{sum, false}};
    while (!rest.empty()) {
      const auto [id, negative] = rest.back();
      rest.pop_back();
      if (id != sum && !is_inner(id)) {
        terms.push_back(monomial(to_[id], negative));
        continue;
      }
      rest.push_back({g_[id].b, negative != (g_[id].op == Op::sub)});
      rest.push_back({g_[id].a, negative});
    }
    return terms;
  }

  // A rebuilt term as coefficient · base^power, if it is one.
  Monomial monomial(NodeId id, bool negative) {
    Monomial m{.negative = negative};
    if (g_.traits(id).uniform) {
      m.coefficient = id;
      return m;
    }
    if (take_factors(id, m)) return m;
    return {.base = id, .power = 1, .negative = negative};
  }

  bool take_factors(NodeId product, Monomial& m) {
    std::vector<NodeId> rest{product};
    while (!rest.empty()) {
      const NodeId id = rest.back();
      const Node n = g_[id];
      rest.pop_back();
      if (g_.traits(id).uniform) {
        m.coefficient = m.coefficient == kNone ? id : g_.make(Op::mul, m.coefficient, id);
      } else if (n.op == Op::neg) {
        m.negative = !m.negative;
        rest.push_back(n.a);
      } else if (n.op == Op::mul) {
        rest.push_back(n.b);
        rest.push_back(n.a);
      } else {
        if (m.base != kNone && m.base != id) return false;
        m.base = id;
        if (++m.power > kHighestPower) return false;
      }
    }
    return true;
  }

  NodeId signed_coefficient(const Monomial& m) {
    const NodeId c = m.coefficient == kNone ? g_.constant(1.0) : m.coefficient;
    return m.negative ? g_.make(Op::neg, c) : c;
  }

  NodeId rebuild_sum(NodeId id) {
    const std::vector<Monomial> terms = terms_of(id);
    // The base with the most distinct powers makes the polynomial; uniform terms are its constant.
    std::map<NodeId, std::vector<int>> powers;
    for (const Monomial& m : terms) {
      if (m.base == kNone) continue;
      auto& seen = powers[m.base];
      if (std::find(seen.begin(), seen.end(), m.power) == seen.end()) seen.push_back(m.power);
    }
    NodeId base = kNone;
    std::size_t most = 1;
    for (const auto& [candidate, seen] : powers) {
      if (seen.size() > most) {
        most = seen.size();
        base = candidate;
      }
    }
    if (base == kNone) return rebuild_plain(id);
    std::vector<NodeId> coefficients(kHighestPower + 1, kNone);
    NodeId rest = kNone;
    int degree = 0;
    for (const Monomial& m : terms) {
      if (m.base != kNone && m.base != base) continue;
      const int power = m.base == kNone ? 0 : m.power;
      NodeId& slot = coefficients[static_cast<std::size_t>(power)];
      slot = slot == kNone ? signed_coefficient(m) : g_.make(Op::add, slot, signed_coefficient(m));
      degree = std::max(degree, power);
    }
    rest = coefficients[static_cast<std::size_t>(degree)];
    for (int k = degree - 1; k >= 0; --k) {
      rest = g_.make(Op::mul, rest, base);
      const NodeId c = coefficients[static_cast<std::size_t>(k)];
      if (c != kNone) rest = g_.make(Op::add, c, rest);
    }
    for (const Monomial& m : terms) {
      if (m.base == kNone || m.base == base) continue;
      NodeId term = m.base;
      for (int k = 1; k < m.power; ++k) term = g_.make(Op::mul, term, m.base);
      if (m.coefficient != kNone) term = g_.make(Op::mul, m.coefficient, term);
      rest = g_.make(m.negative ? Op::sub : Op::add, rest, term);
    }
    return rest;
  }

  // A sum without a polynomial keeps its shape; its inner sums have been rebuilt on the way.
  NodeId rebuild_plain(NodeId id) { return rebuild(id); }

  Graph& g_;
  NodeId end_;
  std::vector<bool> needed_;
  std::vector<int> uses_;
  std::vector<bool> in_sum_;
  std::vector<NodeId> to_;
};

}  // namespace

std::vector<NodeId> to_horner(Graph& graph, const std::vector<NodeId>& roots) {
  return Horner(graph, roots).run(roots);
}

}  // namespace nlsq::program
