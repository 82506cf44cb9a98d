// SPDX-License-Identifier: MIT
// The covariance of the parameters from the triangle R of a fit: (JᵀJ)⁻¹ = R⁻¹R⁻ᵀ, computed with
// the columns of R scaled to length 1, so units do not matter. The rank is decided by the singular
// values of that scaled triangle (linalg/least_norm.hpp). Where it is below n, a parameter is
// determined iff its unit vector e lies in the row space, ‖Nᵀe‖ = 0 with N a basis of the null
// space in scaled parameters. N is known to the angle τ·s₀/s_r, τ what counts as a singular value
// of zero and s_r the smallest that does not (Wedin 1972), so ‖Nᵀe‖ up to some times that is
// rounding. Parameters with a part in the null space get an infinite variance and are listed; the
// others get the pseudo-inverse, which is what they have in any problem without the redundant
// parameters. Likewise for every value that is linear in the parameters: see is_determined. Cost
// O(n³). Pure functions.
#pragma once

#include <span>
#include <vector>

#include "linalg/summary.hpp"
#include "nlsq/types.hpp"

namespace nlsq::stats {

/// What is known of a Jacobian without full rank.
struct NullSpace {
  linalg::Matrix range;       ///< n×n: D V S⁻² Vᵀ D, the pseudo-inverse, all finite
  std::vector<double> basis;  ///< k×n, row-major: D N, directions that change nothing
  linalg::Vector scale;       ///< n: D, 1/‖column‖ (1 for a column of zeros)
  double tolerance = 0;       ///< ‖Nᵀv‖/‖v‖ that is rounding
};

struct Covariance {
  index_t n = 0;
  index_t rank = 0;
  double kappa = 1;  ///< κ of J with its columns scaled to length 1; inf: rank-deficient
  linalg::Matrix
      values;  ///< n×n symmetric; inf on the diagonal of undetermined ones, NaN beside it
  std::vector<index_t>
      undetermined;  ///< rising indices of parameters the data say nothing definite about
  NullSpace null;    ///< empty at full rank

  double at(index_t i, index_t j) const { return values[static_cast<std::size_t>(i * n + j)]; }
};

/// (JᵀJ)⁻¹; times rss/dof it is the covariance of a fit with unknown errors.
Covariance unscaled_covariance(const linalg::Summary& summary);

/// Whether a value with these derivatives by the n parameters is determined: the derivatives have
/// no part in the null space (k×n, see NullSpace) but for rounding.
bool is_determined(std::span<const double> row, std::span<const double> basis,
                   std::span<const double> scale, double tolerance);

/// √ of the diagonal times √factor (rss/dof, or 1 for known sigma).
std::vector<double> standard_errors(const Covariance& covariance, double factor);

/// Correlations c_ij/√(c_ii c_jj), n×n: exactly 1 on the diagonal; NaN where a variance is zero (a
/// fixed parameter), infinite or NaN.
std::vector<double> correlation(std::span<const double> covariance, index_t n);

}  // namespace nlsq::stats
