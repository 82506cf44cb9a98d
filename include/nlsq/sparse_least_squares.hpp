// SPDX-License-Identifier: MIT
// Least squares for a function whose residuals depend on few of many parameters each. The caller
// knows which: differences then move many parameters at once, and steps are found by the nonzero
// entries of JᵀJ.
#pragma once

#include <span>
#include <vector>

#include "nlsq/least_squares.hpp"

namespace nlsq {

/// Where the Jacobian may be non-zero: of row i the columns at start[i] … start[i+1]−1 of `column`,
/// each once.
struct JacobianPattern {
  std::span<const index_t> start;  ///< m+1
  std::span<const index_t> column;
};

/// As least_squares, by forward differences in groups of columns that share no row (Curtis, Powell,
/// Reid 1974). Of the options those of the solver, bounds, diff_step and absolute_sigma count; the
/// loss is linear. Throws InputError for a pattern that does not fit m and x0.
FitResult sparse_least_squares(const ResidualFunction& fun, index_t m, std::span<const double> x0,
                               const JacobianPattern& pattern,
                               const LeastSquaresOptions& options = {});

/// Groups of columns that share no row, by number; the greedy order of the columns.
std::vector<index_t> column_groups(const JacobianPattern& pattern, index_t n);

}  // namespace nlsq
