// SPDX-License-Identifier: MIT
// L·D·Lᵀ of a scaled and damped sparse normal matrix, S = diag(s)·H·diag(s) + diag(c) + λI, with
// the fill-reducing order found once (approximate minimum degree). Elements that others share come
// last, so an arrow - blocks of groups and a shared one - is eliminated at the cost of its blocks,
// which is what a Schur complement does (docs/adr/0014). Not thread-safe: one owner.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "linalg/sparse_normal.hpp"

namespace nlsq::linalg {

class SparseFactor final : public LocalSolver {
 public:
  explicit SparseFactor(std::shared_ptr<const SparsePattern> pattern);
  ~SparseFactor() override;

  /// Of a SparseNormal. False where a pivot is below 1e-14 of its diagonal entry.
  bool factor(const LocalModel& model, std::span<const double> scale, std::span<const double> added,
              double lambda) override;
  void solve(std::span<double> b) const override;
  /// The diagonal of S⁻¹, from the entries of the factor alone (Takahashi, Fagan, Chin 1973): about
  /// the cost of the factorization.
  std::vector<double> inverse_diagonal() const override;
  /// Pivots below a number: of a singular S as many as dimensions of its null space, where λ is
  /// small and the number somewhat larger.
  index_t pivots_below(double limit) const override;
  /// Nonzero entries of L.
  index_t entries() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nlsq::linalg
