// SPDX-License-Identifier: MIT
// Least squares for any function: min ½ Σ f_scale² ρ(f_i(p)²/f_scale²) over p, the residuals
// computed by the caller.
#pragma once

#include <exception>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "nlsq/differences.hpp"
#include "nlsq/options.hpp"
#include "nlsq/result.hpp"
#include "nlsq/types.hpp"

namespace nlsq {

/// Fills the Jacobian (m×n, row-major: ∂f_i/∂p_j at [i·n + j]) at p.
using JacobianFunction = std::function<void(std::span<const double> p, std::span<double> jacobian)>;

struct LeastSquaresOptions : SolverOptions {
  std::vector<double> lower, upper;  ///< n each; empty: unbounded
  Loss loss = Loss::linear;
  double f_scale = 1.0;
  Differences differences = Differences::two_point;
  /// Relative steps, h = diff_step·max(diff_step_floor, |p|) for each parameter; empty: steps that
  /// fit the function as far as it is known.
  std::vector<double> diff_step;
  double diff_step_floor = 1.0;
  /// |p| that they are relative to where that is 0 (MINPACK: 1). 0: a step of a parameter at 0 is
  /// the root of epsilon.
  double diff_step_at_zero = 0.0;
  /// Relative rounding of what the function gives.
  double epsilon = std::numeric_limits<double>::epsilon();
  /// Where residuals are differences from data, the data's norm (weighted as the residuals are).
  double data_norm = 0.0;
  /// There, too: the sum of squares about the best constant, by which an end is judged
  /// (SolverOptions::second_start); NaN: unknown.
  double total = std::numeric_limits<double>::quiet_NaN();
  /// Called in place of the function for differences: a function that remembers its points need
  /// not remember those. Empty: the function itself.
  ResidualFunction probe;
  /// On the way Jacobians by differences may be brought up to date by the residuals alone.
  bool estimates = true;
  /// The covariance is that at the last point, to the digit; else that of the point before may
  /// stand in for it where the two are the same to 1e-4.
  bool jacobian_at_end = true;
  /// Told the last Jacobian (row-major m×n) by differences, with a callback each, and the
  /// residuals.
  std::function<void(std::span<const double> p, std::span<const double> f,
                     std::span<const double> jacobian)>
      told;
  /// Also at the end of a fit that converged with full rank, whose covariance says all.
  bool told_if_well = true;
  /// Whether an exception of the function must end the fit wherever it is thrown (an interrupt).
  /// Any other std::exception in an attempt after the first (SolverOptions::second_start) says that
  /// the function refuses such parameters: they count as ones where it is not finite. Empty: none
  /// must.
  std::function<bool(const std::exception&)> is_fatal;
  std::vector<std::string> names;  ///< of the parameters; empty: p0, p1, …
  bool absolute_sigma = false;
  /// As in FitOptions. It is looked up and reported, but differences and a JacobianFunction have no
  /// order of derivation to choose.
  std::optional<JacobianMode> jacobian_mode;
};

/// Minimizes over x0.size() parameters with m residuals. The residual function is called from this
/// thread only; whatever it throws passes through, but for attempts after the first (is_fatal).
/// Steps of differences stay inside the bounds. Throws InputError for bad options and a start where
/// a residual is not finite (its index named).
FitResult least_squares(const ResidualFunction& fun, index_t m, std::span<const double> x0,
                        const LeastSquaresOptions& options = {});
FitResult least_squares(const ResidualFunction& fun, const JacobianFunction& jac, index_t m,
                        std::span<const double> x0, const LeastSquaresOptions& options = {});

}  // namespace nlsq
