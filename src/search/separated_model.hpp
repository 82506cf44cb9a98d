// SPDX-License-Identifier: MIT
// A model f = base(α) + Σ c_j φ_j(α) whose Jacobian has columns that do not depend on c: beside the
// φ_j themselves ∂φ_j/∂α_k and ∂base/∂α_k, each of them where the graph says that it is not zero.
// They become columns by weights, which are parameters that stay at 0:
// f + Σ u_kj ∂φ_j/∂α_k + Σ v_k ∂base/∂α_k (docs/math/varpro.md).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "expr/model.hpp"
#include "search/linear_parameters.hpp"

namespace nlsq::search {

/// A column ∂φ/∂α of parameters by their positions among those that move; linear −1: of the base.
struct Weight {
  index_t nonlinear, linear;
  bool operator==(const Weight&) const = default;
};

class Separation {
 public:
  /// `moving`: the model's parameters that move, none of them gathered.
  Separation(const expr::ModelImpl& model, std::span<const index_t> moving);

  /// Some output may have curvature in both; positions among those that move.
  bool curves(std::size_t i, std::size_t j) const;
  bool is_used(std::size_t i) const;

  /// The columns that are not zero, where `linear` are the linear ones, in order.
  std::vector<Weight> weights(std::span<const index_t> linear);
  /// The model with these weights behind its own parameters, zero columns left out of the sum.
  std::shared_ptr<const expr::ModelImpl> augmented(std::span<const Weight> weights,
                                                   std::span<const index_t> linear);

 private:
  expr::NodeId column(std::size_t output, const Weight& weight, std::span<const index_t> linear);

  const expr::ModelImpl* model_;
  std::vector<index_t> moving_;
  expr::Graph graph_;
  std::vector<CurvaturePattern> patterns_;  // one an output
};

/// A large set of `count` candidates of which no two have common curvature, those without conflicts
/// first. `curves(i, j)`, of a parameter alone too.
template <class Curves>
std::vector<index_t> linear_together(index_t count, const Curves& curves) {
  std::vector<std::vector<index_t>> by_conflicts(static_cast<std::size_t>(count) + 1);
  for (index_t i = 0; i < count; ++i) {
    if (curves(i, i)) continue;
    std::size_t conflicts = 0;
    for (index_t j = 0; j < count; ++j)
      conflicts += j != i && !curves(j, j) && curves(i, j) ? 1 : 0;
    by_conflicts[conflicts].push_back(i);
  }
  std::vector<index_t> chosen;
  for (const std::vector<index_t>& alike : by_conflicts) {
    for (const index_t i : alike) {
      bool fits = true;
      for (const index_t j : chosen) fits = fits && !curves(i, j);
      if (fits) chosen.push_back(i);
    }
  }
  return chosen;
}

}  // namespace nlsq::search
