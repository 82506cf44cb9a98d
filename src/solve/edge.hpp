// SPDX-License-Identifier: MIT
// Along the edge of where residuals are finite. A model that answers with infinity or NaN beyond a
// line is a bound that the minimizer does not know: whole steps end short of it, shorter and
// shorter, though along the line the cost still falls. With one parameter held after the other, the
// Gauss-Newton step of the rest may stay on this side.
#pragma once

#include "nlsq/options.hpp"
#include "solve/evaluator.hpp"
#include "solve/state.hpp"

namespace nlsq::solve {

/// Steps from state.here with one parameter held, as long as they reduce the cost by more than ftol
/// of it and evaluations are left. Returns by what share of the cost in all.
double slide_along_edge(Evaluator& evaluator, State& state, const SolverOptions& options,
                        index_t limit);

}  // namespace nlsq::solve
