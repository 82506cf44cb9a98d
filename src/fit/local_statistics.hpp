// SPDX-License-Identifier: MIT
// Covariance of a fit whose normal matrix is sparse.
#pragma once

#include <span>

#include "nlsq/fit.hpp"
#include "solve/minimizer.hpp"

namespace nlsq::fit_impl {

/// Sets pcov (up to some hundred parameters), perr, rank, dof and condition, and leaves the factor
/// with the result for covariances that are asked for later.
void fill_sparse_covariance(FitResult& result, const solve::Outcome& outcome,
                            std::span<const index_t> free, const FitOptions& options);

}  // namespace nlsq::fit_impl
