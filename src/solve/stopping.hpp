// SPDX-License-Identifier: MIT
// The stopping tests. Each sets a status (SciPy's integers) and a sentence with its figures.
// All are free of units: multiplying y, a parameter or a column by a power of two changes no
// decision. gtol: SciPy compares |g| itself, which for y ~ 1e-12 is below 1e-8 everywhere; Moré's
// cosine of the angle between f and every column (MINPACK's gtol) is used for all methods, and at a
// bound the relative change of the cost on the way to it. ftol: MINPACK's test (predicted and
// actual reduction), guarded against plateaus: tiny steps in a tiny region prove nothing while the
// full Gauss-Newton step promises much more.
#pragma once

#include "nlsq/end_message.hpp"
#include "nlsq/options.hpp"
#include "solve/state.hpp"

namespace nlsq::solve {

struct Stop {
  bool now = false;
  Status status = Status::max_nfev;
  EndMessage message;
};

/// max over j of min(|g_j| / (‖J̃_j‖ F), |g_j| s_j / F²), F = √(2 cost), s_j the distance to the
/// bound downhill: what gtol judges. 0 when the cost is 0.
double optimality(const State& state);

/// At a new point: optimality < gtol, or a cost of exactly 0, or a gradient of rounding only.
Stop test_gradient(const State& state, const SolverOptions& options);

/// A step is proposed and not tried yet: it is too small to change the parameters, because trials
/// are not finite or do not reduce the cost; or, with many rows, the whole Gauss-Newton step is
/// below what the polish would still take (polish.hpp) and promises less than ftol: not worth a
/// pass.
Stop test_proposal(const State& state, const SolverOptions& options);

/// After a finite trial with reduction `actual` (negative: the cost rose).
Stop test_step(State& state, const SolverOptions& options, double actual);

/// What ends a fit that was asked to stop.
Stop stopped(const State& state);

/// The limit of evaluations: options.max_nfev or its default for the method.
index_t evaluation_limit(const SolverOptions& options, index_t n);
Stop test_evaluations(const State& state, index_t limit);

}  // namespace nlsq::solve
