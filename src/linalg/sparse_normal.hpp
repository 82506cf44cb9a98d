// SPDX-License-Identifier: MIT
// The normal matrix JᵀJ of a problem whose rows touch few parameters each, by its nonzero entries.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "linalg/local_model.hpp"
#include "nlsq/types.hpp"

namespace nlsq::linalg {

/// Where a symmetric matrix is not zero: its lower triangle by columns, rows ascending, the
/// diagonal first in every column.
struct SparsePattern {
  index_t n = 0;
  std::vector<std::int32_t> start;  ///< n+1: where each column begins
  std::vector<std::int32_t> row;    ///< of each entry
  index_t entries() const { return static_cast<index_t>(row.size()); }
  /// Where entry (i, j), i ≥ j, is; −1: it is zero.
  std::int32_t find(std::int32_t i, std::int32_t j) const;
};

/// The pattern of all pairs within each of some groups of positions; a group is `width` positions,
/// negative ones left out. The diagonal is always there.
SparsePattern pattern_of_groups(index_t n, std::span<const std::int32_t> positions,
                                std::size_t width);
/// The union of two.
SparsePattern merged(const SparsePattern& a, const SparsePattern& b);

struct SparseNormal final : LocalModel {
  std::shared_ptr<const SparsePattern> pattern;
  std::vector<double> values;

  index_t n() const override { return pattern->n; }
  double diagonal(std::size_t j) const override {
    return values[static_cast<std::size_t>(pattern->start[j])];
  }
  void multiply(std::span<const double> v, std::span<const double> scale,
                std::span<double> out) const override;
  /// Σ u_i s_i H_ij s_j v_j.
  double product(std::span<const double> u, std::span<const double> v,
                 std::span<const double> scale) const override;
  std::unique_ptr<LocalSolver> solver() const override;
};

/// The matrix that a summary holds, for values of another point; a new one where there is none of
/// this kind, or a copy of the summary holds it, too.
SparseNormal& own_normal(std::shared_ptr<LocalModel>& held,
                         const std::shared_ptr<const SparsePattern>& pattern);

}  // namespace nlsq::linalg
