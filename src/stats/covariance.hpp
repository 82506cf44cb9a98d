// SPDX-License-Identifier: MIT
// The covariance of the parameters from the triangle R of a fit: (JᵀJ)⁻¹ = R⁻¹R⁻ᵀ, computed with
// the columns of R scaled to length 1, so units do not matter. The rank is decided by the singular
// values of that scaled triangle: s ≤ eps·max(m, n)·s₀ is zero. Parameters with a part in the null
// space cannot be determined: they get an infinite variance and are listed; the others get the
// pseudo-inverse. Cost O(n³). Pure functions.
#pragma once

#include <span>
#include <vector>

#include "linalg/summary.hpp"
#include "nlsq/types.hpp"

namespace nlsq::stats {

struct Covariance {
  index_t n = 0;
  index_t rank = 0;
  double kappa = 1;  ///< κ of J with its columns scaled to length 1; inf: rank-deficient
  linalg::Matrix
      values;  ///< n×n symmetric; inf on the diagonal of undetermined ones, NaN beside it
  std::vector<index_t>
      undetermined;  ///< rising indices of parameters the data say nothing definite about

  double at(index_t i, index_t j) const { return values[static_cast<std::size_t>(i * n + j)]; }
};

/// (JᵀJ)⁻¹; times rss/dof it is the covariance of a fit with unknown errors.
Covariance unscaled_covariance(const linalg::Summary& summary);

/// √ of the diagonal times √factor (rss/dof, or 1 for known sigma).
std::vector<double> standard_errors(const Covariance& covariance, double factor);

/// Correlations c_ij/√(c_ii c_jj), n×n: exactly 1 on the diagonal; NaN where a variance is zero (a
/// fixed parameter), infinite or NaN.
std::vector<double> correlation(std::span<const double> covariance, index_t n);

}  // namespace nlsq::stats
