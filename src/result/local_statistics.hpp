// SPDX-License-Identifier: MIT
// Covariance of a fit whose model at the end is no triangle (linalg/local_model.hpp), such as a
// sparse normal matrix.
#pragma once

#include <span>

#include "nlsq/fit.hpp"
#include "solve/minimizer.hpp"

namespace nlsq::fit_impl {

/// Sets pcov (up to some hundred parameters), perr, rank, dof and condition, and leaves the factor
/// with the result for covariances that are asked for later.
void fill_local_covariance(FitResult& result, const solve::Outcome& outcome,
                           std::span<const index_t> free, const FitOptions& options);

}  // namespace nlsq::fit_impl
