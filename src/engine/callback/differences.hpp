// SPDX-License-Identifier: MIT
// The callback engine: a user's residual function with its own Jacobian or finite differences.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::engine {

struct CallbackProblem {
  std::function<void(std::span<const double>, std::span<double>)> residuals;
  std::function<void(std::span<const double>, std::span<double>)>
      jacobian;  ///< row-major; empty: differences
  bool three_point = false;
  std::vector<double> relative_step;  ///< n, or empty for the default
  std::vector<double> lower, upper;   ///< n
  index_t m = 0;
};

/// Jacobian at p (f holds the residuals there), column-major m×n. Forward or central differences
/// with steps h = s·max(1, |p|), s = √eps or ∛eps (Nocedal & Wright 2006, section 8.1), turned
/// inwards at a bound. Returns the number of residual evaluations.
index_t callback_jacobian(const CallbackProblem& problem, std::span<const double> p,
                          std::span<const double> f, std::span<double> jacobian);

}  // namespace nlsq::engine
