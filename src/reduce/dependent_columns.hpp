// SPDX-License-Identifier: MIT
// Jacobians by differences of a function some of whose parameters are redundant. Differences are
// off by some 1e-8 of a column, and so is what they leave of a column that depends on others: no
// rank can be decided from them. But a combination of parameters that changes nothing can be tried:
// along it, central differences with a longer step tell a derivative of 0 to some 1e-12. Directions
// come from the singular vectors of the columns scaled to length 1, two or three times, since the
// first ones are off by the differences' error: with the derivative along them put into the
// Jacobian, the next ones are off by its square. What is null leaves a few roundings of the
// function at the third, columns of κ = 3e9 a hundred times as much. Cost: 6 or 10 calls a
// direction, and none where the columns are clearly independent.
#pragma once

#include <span>
#include <vector>

#include "engine/callback/jacobian.hpp"

namespace nlsq::reduce {

/// A direction d along which a function does not change, and e with eᵀd = 1, 0 for other ones.
struct NullDirection {
  std::vector<double> d, e;  ///< n
};

/// Takes out of a Jacobian by differences (m×n, by columns) at p, where the residuals are f, the
/// directions along which the function does not change, so that it is singular to rounding. Without
/// such it is left as it is. Adds to `calls`.
std::vector<NullDirection> remove_null_directions(const engine::CallbackProblem& problem,
                                                  std::span<const double> p,
                                                  std::span<const double> f,
                                                  std::span<double> jacobian, index_t& calls);

/// Relative error of columns by the differences of a rule.
double difference_error(const DifferenceRule& rule);

/// κ beyond which columns by differences may depend on each other.
double suspect_kappa(const DifferenceRule& rule);

}  // namespace nlsq::reduce
