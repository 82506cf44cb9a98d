// SPDX-License-Identifier: MIT
// A column is flattened into a product of atoms; atoms that occur in many columns are multiplied
// first, so that exp(…)·t and exp(…)·t² of a Gaussian share exp(…)·t. Reassociates products: values
// change in the last place.
#include "program/columns.hpp"

#include <algorithm>

namespace nlsq::program {
namespace {

using expr::Graph;
using expr::kNone;
using expr::Node;
using expr::NodeId;
using expr::Op;

struct Product {
  bool negative = false;
  std::vector<NodeId> uniform;
  std::vector<NodeId> row;
};

class Flattener {
 public:
  Flattener(const Graph& graph, const std::vector<bool>& kept) : g_(graph), kept_(kept) {}

  // Factors from left to right, with a stack of its own: a product may be as long as a formula
  // allows.
  Product flatten(NodeId column) {
    Product product;
    std::vector<NodeId> rest{column};
    while (!rest.empty()) {
      const NodeId id = rest.back();
      const Node& n = g_[id];
      rest.pop_back();
      if (g_.traits(id).uniform) {
        if (!g_.is_constant(id, 1.0)) product.uniform.push_back(id);
      } else if (n.op == Op::neg) {
        product.negative = !product.negative;
        rest.push_back(n.a);
      } else if (n.op == Op::mul && (!is_kept(id) || has_uniform_factor(n))) {
        rest.push_back(n.b);
        rest.push_back(n.a);
      } else {
        product.row.push_back(id);
      }
    }
    return product;
  }

 private:
  bool is_kept(NodeId id) const { return id < kept_.size() && kept_[id]; }
  bool has_uniform_factor(const Node& n) const {
    return g_.traits(n.a).uniform || g_.traits(n.b).uniform;
  }

  const Graph& g_;
  const std::vector<bool>& kept_;
};

NodeId multiply(Graph& g, const std::vector<NodeId>& factors, NodeId start) {
  NodeId result = start;
  for (const NodeId factor : factors)
    result = result == kNone ? factor : g.make(Op::mul, result, factor);
  return result;
}

}  // namespace

std::vector<FactoredColumn> factor_columns(Graph& graph, std::span<const NodeId> columns,
                                           std::span<const NodeId> whole) {
  const std::vector<bool> kept = graph.reachable(whole);
  Flattener flattener(graph, kept);
  std::vector<Product> products(columns.size());
  std::vector<std::uint32_t> occurrences(graph.size(), 0);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == kNone) continue;
    products[i] = flattener.flatten(columns[i]);
    std::vector<NodeId> distinct = products[i].row;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    for (const NodeId atom : distinct) ++occurrences[atom];
  }
  std::vector<FactoredColumn> result(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == kNone) continue;
    Product& product = products[i];
    std::sort(product.row.begin(), product.row.end(), [&](NodeId a, NodeId b) {
      const std::uint32_t in_a = occurrences[a], in_b = occurrences[b];
      return in_a != in_b ? in_a > in_b : a < b;
    });
    NodeId factor = multiply(graph, product.uniform, kNone);
    if (product.negative) {
      factor = factor == kNone ? graph.constant(-1.0) : graph.make(Op::neg, factor);
    }
    result[i].factor = factor;
    result[i].values =
        product.row.empty() ? graph.constant(1.0) : multiply(graph, product.row, kNone);
  }
  return result;
}

}  // namespace nlsq::program
