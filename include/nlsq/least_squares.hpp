// SPDX-License-Identifier: MIT
// Least squares for any function: min ½ Σ f_scale² ρ(f_i(p)²/f_scale²) over p, the residuals
// computed by the caller.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "nlsq/options.hpp"
#include "nlsq/result.hpp"
#include "nlsq/types.hpp"

namespace nlsq {

/// Fills residuals f (m values) at p (n values).
using ResidualFunction = std::function<void(std::span<const double> p, std::span<double> f)>;
/// Fills the Jacobian (m×n, row-major: ∂f_i/∂p_j at [i·n + j]) at p.
using JacobianFunction = std::function<void(std::span<const double> p, std::span<double> jacobian)>;

/// How derivatives are found without a JacobianFunction: forward differences, or central ones at
/// twice the price.
enum class Differences { two_point, three_point };

struct LeastSquaresOptions : SolverOptions {
  std::vector<double> lower, upper;  ///< n each; empty: unbounded
  Loss loss = Loss::linear;
  double f_scale = 1.0;
  Differences differences = Differences::two_point;
  /// Relative steps, h = diff_step·max(1, |p|) for each parameter; empty: √eps (two-point, away
  /// from zero) or ∛eps (three-point).
  std::vector<double> diff_step;
  /// A finer Jacobian for the end of a fit that converged, at a higher price: some Gauss-Newton
  /// steps are taken with it, and the covariance comes from it. For the linear loss.
  JacobianFunction last_jacobian;
  /// It is asked for where the last of these steps leads, too, which changes the covariance by less
  /// than a millionth.
  bool last_jacobian_at_end = false;
  std::vector<std::string> names;  ///< of the parameters; empty: p0, p1, …
  bool absolute_sigma = false;
  /// As in FitOptions. It is looked up and reported, but differences and a JacobianFunction have no
  /// order of derivation to choose.
  std::optional<JacobianMode> jacobian_mode;
};

/// Minimizes over x0.size() parameters with m residuals. The residual function is called from this
/// thread only; whatever it throws passes through. Steps of differences stay inside the bounds.
/// Throws InputError for bad options and a start where a residual is not finite (its index named).
FitResult least_squares(const ResidualFunction& fun, index_t m, std::span<const double> x0,
                        const LeastSquaresOptions& options = {});
FitResult least_squares(const ResidualFunction& fun, const JacobianFunction& jac, index_t m,
                        std::span<const double> x0, const LeastSquaresOptions& options = {});

}  // namespace nlsq
