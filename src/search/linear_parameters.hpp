// SPDX-License-Identifier: MIT
// Which parameters a model is linear in, all of them together: then they follow from the others by
// linear least squares (Golub and Pereyra 1973), and only the others need a search. Decided on the
// graph, never by numbers: parameters i and j have no common curvature if ∂f/∂p_i, after the rules,
// does not contain p_j.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "expr/graph.hpp"

namespace nlsq::search {

/// Pairs of parameters whose second derivative may differ from zero.
class CurvaturePattern {
 public:
  /// `parameters`: the symbols that move. The graph grows by the derivatives.
  CurvaturePattern(expr::Graph& graph, expr::NodeId root, std::span<const index_t> parameters);

  /// Positions in `parameters`.
  bool has(std::size_t i, std::size_t j) const { return pairs_[i * size_ + j]; }
  /// The model does not depend on it.
  bool is_unused(std::size_t i) const { return is_unused_[i]; }
  /// ∂f/∂p_i; kNone where it is zero: of an unused parameter, or one that only conditions contain.
  expr::NodeId derivative(std::size_t i) const { return first_[i]; }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_;
  std::vector<expr::NodeId> first_;
  std::vector<bool> is_unused_, pairs_;
};

/// v in a·(… + v·…): linear once a is, by the product a·v.
struct Product {
  std::size_t factor;   ///< v
  std::size_t through;  ///< a, one of the linear ones
};

/// Positions of a largest set of parameters without common curvature and of products with one of
/// them, all linear together; of equally large ones that with most parameters, then the earliest.
/// Unused parameters are never in it. The graph grows by what is looked at.
struct LinearChoice {
  std::vector<std::size_t> linear;
  std::vector<Product> products;
};
LinearChoice choose_linear(expr::Graph& graph, std::span<const index_t> parameters,
                           const CurvaturePattern& pattern);

/// `root` with nodes replaced, built anew by the rules.
expr::NodeId substitute(expr::Graph& graph, expr::NodeId root,
                        std::span<const std::pair<expr::NodeId, expr::NodeId>> replaced);

/// `root` where these nodes are exact zeros, also as factors of what is not finite; kNone: nothing
/// is left of it.
expr::NodeId without(expr::Graph& graph, expr::NodeId root, std::span<const expr::NodeId> zeros);

}  // namespace nlsq::search
