// SPDX-License-Identifier: MIT
// Newton's method with a Hessian that is nearly right. Gauss-Newton leaves out the curvature of a
// robust loss beyond its inflection, so its steps shrink slowly however near the minimum is; with a
// Hessian known to a few per cent (from a sample of the rows) they shrink by about as much, and
// BFGS updates (Nocedal and Wright 2006, eq. 6.19) sharpen it on the way.
#pragma once

#include <span>

#include "nlsq/options.hpp"
#include "solve/evaluator.hpp"
#include "solve/state.hpp"
#include "solve/stopping.hpp"

namespace nlsq::solve {

/// Steps from state.here until the next one is below what a polish would take (polish.hpp) and
/// promises less than ftol. Not `now` where the method does not serve and the trust region has to
/// go on from the point reached: the Hessian (n×n, column-major, its upper triangle is read) is
/// not positive definite, or a step leaves the bounds, is not finite or brings much less than
/// promised.
Stop newton_steps(Evaluator& evaluator, State& state, std::span<const double> hessian,
                  const SolverOptions& options, index_t limit);

}  // namespace nlsq::solve
