// SPDX-License-Identifier: MIT
#include "search/linear_parameters.hpp"

#include <algorithm>
#include <cstdint>

#include "expr/differentiate.hpp"

namespace nlsq::search {
namespace {

using expr::Graph;
using expr::kNone;
using expr::NodeId;
using expr::Op;

constexpr std::size_t kMostCompared = 12;  // beyond, the set is built one parameter at a time

// Parameters without curvature of their own.
std::vector<std::size_t> candidates_of(const CurvaturePattern& pattern) {
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!pattern.is_unused(i) && !pattern.has(i, i)) candidates.push_back(i);
  }
  return candidates;
}

// Each of a few candidates that has curvature with exactly one of the set, and none with another
// factor; the one it has it with keeps a column of its own.
std::vector<Product> products_of(Graph& graph, std::span<const index_t> parameters,
                                 const CurvaturePattern& pattern,
                                 const std::vector<std::size_t>& candidates,
                                 const std::vector<std::size_t>& set) {
  std::vector<Product> products;
  for (const std::size_t v : candidates) {
    if (std::find(set.begin(), set.end(), v) != set.end()) continue;
    std::size_t through = v;
    int shared = 0;
    for (const std::size_t a : set) {
      if (!pattern.has(v, a)) continue;
      ++shared;
      through = a;
    }
    const bool apart = std::none_of(products.begin(), products.end(), [&](const Product& other) {
      return pattern.has(v, other.factor);
    });
    if (shared == 1 && apart) products.push_back({v, through});
  }
  std::vector<NodeId> factors;
  for (const Product& product : products)
    factors.push_back(graph.parameter(parameters[product.factor]));
  std::erase_if(products, [&](const Product& product) {
    return without(graph, pattern.derivative(product.through), factors) == kNone;
  });
  return products;
}

}  // namespace

CurvaturePattern::CurvaturePattern(Graph& graph, NodeId root, std::span<const index_t> parameters)
    : size_(parameters.size()), is_unused_(size_, true), pairs_(size_ * size_, false) {
  const std::vector<bool> used = graph.reachable({&root, 1});
  for (NodeId id = 0; id <= root; ++id) {
    if (!used[id] || graph[id].op != Op::parameter) continue;
    const auto at = std::find(parameters.begin(), parameters.end(), index_t{graph[id].imm});
    if (at != parameters.end())
      is_unused_[static_cast<std::size_t>(at - parameters.begin())] = false;
  }
  std::vector<expr::Variable> variables;
  for (const index_t p : parameters) variables.push_back({p, -1});
  first_ = expr::differentiate(graph, root, variables, expr::Accumulation::forward);
  std::vector<std::vector<bool>> contains(size_, std::vector<bool>(size_, false));
  for (std::size_t i = 0; i < size_; ++i) {
    if (first_[i] == kNone) {
      contains[i].assign(size_, !is_unused_[i]);
      continue;
    }
    const std::vector<bool> needed = graph.reachable({&first_[i], 1});
    for (NodeId id = 0; id <= first_[i]; ++id) {
      if (!needed[id] || graph[id].op != Op::parameter) continue;
      const auto at = std::find(parameters.begin(), parameters.end(), index_t{graph[id].imm});
      if (at != parameters.end())
        contains[i][static_cast<std::size_t>(at - parameters.begin())] = true;
    }
  }
  // Either order of differentiation tells.
  for (std::size_t i = 0; i < size_; ++i) {
    for (std::size_t j = 0; j < size_; ++j)
      pairs_[i * size_ + j] = contains[i][j] && contains[j][i];
    // The slopes of others change where a condition does.
    if (first_[i] == kNone && !is_unused_[i]) pairs_[i * size_ + i] = true;
  }
}

LinearChoice choose_linear(Graph& graph, std::span<const index_t> parameters,
                           const CurvaturePattern& pattern) {
  const std::vector<std::size_t> candidates = candidates_of(pattern);
  LinearChoice best;
  if (candidates.size() > kMostCompared) {
    for (const std::size_t i : candidates) {
      const bool fits = std::none_of(best.linear.begin(), best.linear.end(),
                                     [&](std::size_t j) { return pattern.has(i, j); });
      if (fits) best.linear.push_back(i);
    }
    return best;
  }
  std::vector<std::uint32_t> conflicts(candidates.size(), 0);
  bool any = false;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    for (std::size_t j = 0; j < candidates.size(); ++j) {
      if (i != j && pattern.has(candidates[i], candidates[j])) conflicts[i] |= 1u << j;
    }
    any = any || conflicts[i] != 0;
  }
  if (!any) {
    best.linear = candidates;
    return best;
  }
  // Of equally large sets that with the earliest members is the smallest number.
  const std::uint32_t end = std::uint32_t{1} << candidates.size();
  for (std::uint32_t set = 1; set < end; ++set) {
    bool sound = true;
    for (std::size_t i = 0; sound && i < conflicts.size(); ++i)
      sound = ((set >> i) & 1) == 0 || (conflicts[i] & set) == 0;
    if (!sound) continue;
    LinearChoice choice;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if ((set >> i) & 1) choice.linear.push_back(candidates[i]);
    }
    choice.products = products_of(graph, parameters, pattern, candidates, choice.linear);
    const auto size = [](const LinearChoice& c) {
      return std::pair(c.linear.size() + c.products.size(), c.linear.size());
    };
    if (size(choice) > size(best)) best = std::move(choice);
  }
  return best;
}

NodeId substitute(Graph& graph, NodeId root, std::span<const std::pair<NodeId, NodeId>> replaced) {
  const std::vector<bool> needed = graph.reachable({&root, 1});
  std::vector<NodeId> to(root + std::size_t{1}, kNone);
  std::vector<bool> changed(root + std::size_t{1}, false);
  for (NodeId id = 0; id <= root; ++id) {
    if (!needed[id]) continue;
    to[id] = id;
    const auto known = std::find_if(replaced.begin(), replaced.end(),
                                    [&](const auto& pair) { return pair.first == id; });
    if (known != replaced.end()) {
      to[id] = known->second;
      changed[id] = true;
      continue;
    }
    expr::Node node = graph[id];
    if (expr::arity(node) == 0) continue;
    for (NodeId* operand : {&node.a, &node.b, &node.c}) {
      if (*operand == kNone) continue;
      changed[id] = changed[id] || changed[*operand];
      *operand = to[*operand];
    }
    if (!changed[id]) continue;
    to[id] = node.op == Op::gathered ? graph.intern(node)
                                     : graph.make(node.op, node.a, node.b, node.c, node.imm);
  }
  return to[root];
}

NodeId without(Graph& graph, NodeId root, std::span<const NodeId> zeros) {
  const std::vector<bool> needed = graph.reachable({&root, 1});
  std::vector<NodeId> to(root + std::size_t{1}, kNone);  // kNone: zero
  for (NodeId id = 0; id <= root; ++id) {
    if (!needed[id] || std::find(zeros.begin(), zeros.end(), id) != zeros.end()) continue;
    expr::Node node = graph[id];
    const int operands = expr::arity(node);
    if (operands == 0) {
      to[id] = id;
      continue;
    }
    const NodeId a = to[node.a], b = operands > 1 ? to[node.b] : kNone;
    const bool same =
        a == node.a && (operands < 2 || b == node.b) && (operands < 3 || to[node.c] == node.c);
    if (same) {
      to[id] = id;
      continue;
    }
    const auto number = [&](NodeId x) { return x == kNone ? graph.constant(0.0) : x; };
    switch (node.op) {
      case Op::neg: to[id] = a == kNone ? kNone : graph.make(Op::neg, a); continue;
      case Op::mul:
      case Op::strong_mul:
        to[id] = a == kNone || b == kNone ? kNone : graph.make(node.op, a, b);
        continue;
      case Op::div: to[id] = a == kNone ? kNone : graph.make(Op::div, a, number(b)); continue;
      case Op::add: to[id] = a == kNone ? b : b == kNone ? a : graph.make(Op::add, a, b); continue;
      case Op::sub:
        if (b == kNone) {
          to[id] = a;
        } else {
          to[id] = a == kNone ? graph.make(Op::neg, b) : graph.make(Op::sub, a, b);
        }
        continue;
      case Op::where:
        if (b == kNone && to[node.c] == kNone) continue;
        break;
      default: break;
    }
    to[id] = graph.make(node.op, number(a), operands > 1 ? number(b) : kNone,
                        operands > 2 ? number(to[node.c]) : kNone, node.imm);
  }
  return to[root];
}

}  // namespace nlsq::search
