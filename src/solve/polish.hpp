// SPDX-License-Identifier: MIT
// Gauss-Newton steps after the stopping test. A stopping test that looks at the cost leaves the
// parameters right to √eps of their standard errors at best, because the cost is flat at its
// minimum; the step is not. So the polish is judged by the length of the next step: it goes on
// until ‖Qᵀf‖ ≤ 1e-12‖f‖ or the step has found no new minimum three times, and keeps the point
// whose next step is shortest. Parameters at an active bound are first put onto it and then stay.
// One pass a step; steps that shrink slowly are mixed with the one before (Anderson). Above 1,000
// rows it ends when the next step is below a millionth of a standard error, above 10⁶ below a
// thousandth; with a limit of steps given, below 1e-8.
#pragma once

#include "nlsq/options.hpp"
#include "solve/evaluator.hpp"
#include "solve/state.hpp"

namespace nlsq::solve {

/// Bound that holds parameter j at state.here: −1 lower, 1 upper, 0 none. It is held when it lies
/// on the bound, or descent pushes it there and its own Gauss-Newton step would go much farther.
int held_by_bound(const State& state, std::size_t j);

/// ‖Qᵀf‖ / ‖f‖ at which the polish has done its work. Times √m it is the length of the next step in
/// standard errors.
double enough(const State& state, const SolverOptions& options);

/// Rows above which a pass costs something, so that a step may be too short for it.
inline constexpr index_t kSomeRows = 1'000;

/// Improves state.here; its summary is of Grade::covariance afterwards. At most options.max_polish
/// steps, and no pass beyond `limit` evaluations. Returns the accepted steps.
index_t polish(Evaluator& evaluator, State& state, const SolverOptions& options, index_t limit);

/// Makes state.here.sum a summary of Grade::covariance: a pass, unless the one there is as good
/// already.
void refine_summary(Evaluator& evaluator, State& state);

}  // namespace nlsq::solve
