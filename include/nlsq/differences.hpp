// SPDX-License-Identifier: MIT
// Jacobians by finite differences of a function that is called as it is: the steps, and the
// quotients. Steps are SciPy's, to the last bit (approx_derivative); a fit, which knows the columns
// of the Jacobian so far, takes better ones (src/engine/callback/jacobian.hpp).
#pragma once

#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq {

/// Fills residuals f (m values) at p (n values).
using ResidualFunction = std::function<void(std::span<const double> p, std::span<double> f)>;

/// How derivatives are found without a JacobianFunction: forward differences, or central ones at
/// twice the price.
enum class Differences { two_point, three_point };

/// The choice of steps. Without `relative` a step is root·max(1, |p|), root the square root of
/// epsilon (three-point: its cube root), away from zero; with it relative·max(floor, |p|), unless
/// that is too small to move p, or p is 0 and `at_zero` is not. Steps stay inside the bounds: a
/// forward one turns round or is cut, a central one becomes one-sided.
struct DifferenceRule {
  Differences kind = Differences::two_point;
  double epsilon = std::numeric_limits<double>::epsilon();  ///< relative rounding of the values
  std::vector<double> relative;                             ///< n, or empty
  double floor = 0.0;
  std::vector<double> lower, upper;  ///< n each, or empty: unbounded
  double at_zero = 0.0;              ///< |p| that `relative` is meant of where p is 0; 0: none
  /// n, or empty: where the fit began. A p that is rounding beside it (a step that landed on 0) is
  /// taken for as large as it was: relative to itself no step would show anything.
  std::vector<double> start{};
};

/// What is added to a parameter: once for forward differences; −size and size for central ones;
/// size and 2·size for three points on one side.
struct DifferenceStep {
  double size = 0.0;
  bool one_sided = true;
};

/// The step of parameter j at p.
DifferenceStep difference_step(const DifferenceRule& rule, double p, std::size_t j);

/// The Jacobian at p, row-major m×n, where the function gives f. Returns how often it was called.
index_t difference_jacobian(const DifferenceRule& rule, const ResidualFunction& function,
                            std::span<const double> p, std::span<const double> f,
                            std::span<double> jacobian);

/// The same in the way of a fit: steps fit the function, columns are made again on the other side
/// where they are not finite, and are 0 where the function acts in jumps. The rule's relative steps
/// are taken as they are, if given.
index_t fitting_jacobian(const DifferenceRule& rule, const ResidualFunction& function,
                         std::span<const double> p, std::span<const double> f,
                         std::span<double> jacobian);

}  // namespace nlsq
