// SPDX-License-Identifier: MIT
// From where the minimizer ended to what the user reads: covariance, errors, goodness of fit,
// warnings.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "columns/moments.hpp"
#include "nlsq/fit.hpp"
#include "solve/minimizer.hpp"
#include "stats/statistics.hpp"

namespace nlsq::fit_impl {

/// Writes what follows from the sums of a fit: tss, χ², R², rmse, information criteria.
void set_goodness(FitResult& result, const stats::FitTotals& totals);

/// The variance of the residuals: 1 where sigma is absolute. Needs cost and dof.
double residual_variance(const FitResult& result, bool absolute_sigma);

/// Adds the issue of a fit that did not converge.
void warn_unless_converged(FitResult& result);

/// Whether the model changes with a free parameter only where it jumps.
using ActsInJumps = std::function<bool(std::size_t free)>;

/// Fills everything that follows from the outcome, whose message it takes and whose columns of
/// rounding alone it sets to 0. `free`:
/// positions of the free parameters in result.names. `responses`: moments of the terms' responses;
/// without any (a user's residual function) there is no R². acts_in_jumps is asked about parameters
/// without a derivative.
void fill_statistics(FitResult& result, solve::Outcome& outcome, std::span<const index_t> free,
                     std::span<const Moments> responses, const FitOptions& options,
                     const ActsInJumps& acts_in_jumps);

}  // namespace nlsq::fit_impl
