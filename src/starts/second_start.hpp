// SPDX-License-Identifier: MIT
// More attempts where a fit ended at parameters that mean nothing: it did not converge, explains
// the data no better than their mean, or has a Jacobian that hardly tells its parameters apart.
// Three things lead there. Equal terms with equal starts, a·g(x, b) + c·g(x, d) from ones: exact
// derivatives keep them equal for ever. A step across a pole, or onto a plateau: steps scaled by
// the Jacobian are long along a parameter that does little at the start. And far scales: data in
// thousands from a start of ones. So an end of that kind is followed by a start whose parameters
// are set apart, by plain scales, and by steps that change no parameter by more than its size; the
// least cost wins (docs/adr/0009-second-start.md).
#pragma once

#include <functional>
#include <limits>
#include <span>

#include "nlsq/options.hpp"
#include "solve/minimizer.hpp"

namespace nlsq::fit_impl {

/// What an end is judged by.
struct Expectation {
  /// Twice the cost of the best constant; NaN: unknown.
  double total = std::numeric_limits<double>::quiet_NaN();
  /// Condition of the Jacobian beyond which parameters may mean nothing. Differences end a fit
  /// sooner than exact derivatives.
  double kappa = 1e7;
  static constexpr double kKappaOfDifferences = 1e6;
};

/// The end explains no more than the mean, up to a millionth. False where nothing is known of it.
inline bool explains_nothing(const solve::Outcome& end, double total) {
  constexpr double kNothing = 1.0 - 1e-6;
  return total > 0.0 && 2.0 * end.summary.cost >= kNothing * total;
}

/// Nothing speaks against the end, from what is at hand.
inline bool is_well(const solve::Outcome& end, const Expectation& expected) {
  return static_cast<int>(end.status) > 0 && end.summary.kappa <= expected.kappa &&
         !explains_nothing(end, expected.total);
}

/// One minimization from x0.
using Attempt =
    std::function<solve::Outcome(std::span<const double> x0, const SolverOptions& options)>;

/// The best of an end that is not well and of further attempts, as far as options.second_start and
/// the limit of evaluations allow; its counts are those of all. A tie is the first one's.
solve::Outcome best_end(solve::Outcome first, const Expectation& expected,
                        std::span<const double> x0, std::span<const double> lower,
                        std::span<const double> upper, const SolverOptions& options,
                        const Attempt& attempt);

}  // namespace nlsq::fit_impl
