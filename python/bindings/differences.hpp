// SPDX-License-Identifier: MIT
// Finite differences with SciPy's steps, to the last bit; docs in nlsq/_differences.py.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::python {

struct StepRule {
  bool central = false;              ///< "3-point"
  double root = 0;                   ///< relative step: √eps or ∛eps of the type of the values
  std::vector<double> relative;      ///< given relative steps, n or none
  std::vector<double> lower, upper;  ///< n each
};

/// Fills f (m) at x (n).
using Evaluate = std::function<void(std::span<const double> x, std::span<double> f)>;

/// The Jacobian at x, row-major (m, n), where the function gives f. Returns how often it was
/// called.
index_t difference_jacobian(const StepRule& rule, const Evaluate& function,
                            std::span<const double> x, std::span<const double> f,
                            std::span<double> jacobian);

}  // namespace nlsq::python
