// SPDX-License-Identifier: MIT
// Rank decisions for a small triangle by its singular values (one-sided Jacobi, Eigen): the least
// squares solution of smallest norm, the null space, the pseudo-inverse. A singular value counts as
// zero when it is at most 100 eps·s₀: columns of length 1 are right to a few roundings of their
// elements and a few of the factorisation, whatever the number of rows, because roundings of rows
// do not add up (columns that depend on each other leave at most 5 eps in 20 families of models of
// 10 to 10⁶ rows). So what is left of a dependent column is below, and a κ of up to 4e13 counts as
// full rank. Slow (µs) and only for the odd cases.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "linalg/triangle.hpp"
#include "nlsq/types.hpp"

namespace nlsq::linalg {

/// Of the largest singular value: what counts as zero.
inline constexpr double kZeroSingular = 100.0 * std::numeric_limits<double>::epsilon();

/// The solution of smallest norm of min ‖A p + b‖.
struct LeastNorm {
  index_t rank = 0;
  std::vector<double> p;     ///< n
  std::vector<double> null;  ///< n×(n − rank), column-major: an orthonormal basis of the null space
};

/// ‖Nᵀv‖, N the basis of a null space (n×k, n the length of v).
double null_part(std::span<const double> null, std::span<const double> v);

/// v ← v − N Nᵀv: what is left lies in the range of Aᵀ.
void project_out(std::span<const double> null, std::span<double> v);

LeastNorm least_norm(const Triangle& t);

/// What an SVD of a triangle says: A = U diag(s) Vᵀ.
struct RankReport {
  index_t rank = 0;
  double kappa = 1;       ///< s₀/s_last; inf when rank < n
  std::vector<double> s;  ///< n, falling
  std::vector<double> V;  ///< n×n, column-major
};

RankReport decide_rank(const Triangle& t);

}  // namespace nlsq::linalg
