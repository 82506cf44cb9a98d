// SPDX-License-Identifier: MIT
// Rank decisions for a small triangle by its singular values (one-sided Jacobi, Eigen): the least
// squares solution of smallest norm, the null space, the pseudo-inverse. A singular value counts as
// zero when it is at most eps·max(m, n)·s₀ (Golub & Van Loan, §5.4.1). Slow (µs) and only for the
// odd cases.
#pragma once

#include <span>
#include <vector>

#include "linalg/triangle.hpp"
#include "nlsq/types.hpp"

namespace nlsq::linalg {

/// The solution of smallest norm of min ‖A p + b‖.
struct LeastNorm {
  index_t rank = 0;
  std::vector<double> p;  ///< n
};

LeastNorm least_norm(const Triangle& t, index_t rows);

/// What an SVD of a triangle says: A = U diag(s) Vᵀ.
struct RankReport {
  index_t rank = 0;
  double kappa = 1;       ///< s₀/s_last; inf when rank < n
  std::vector<double> s;  ///< n, falling
  std::vector<double> V;  ///< n×n, column-major
};

RankReport decide_rank(const Triangle& t, index_t rows);

}  // namespace nlsq::linalg
