// SPDX-License-Identifier: MIT
// The end of a fit whose derivatives were coarse.
#pragma once

#include <span>

#include "reduce/callback_evaluator.hpp"
#include "solve/minimizer.hpp"

namespace nlsq::fit_impl {

/// Gauss-Newton steps from the outcome with the evaluator's Jacobian, a finer one than the
/// minimizer had: forward differences are off by their step, and the minimum they lead to with
/// them. Steps are taken while they shrink, stay inside the bounds and do not raise the cost.
/// Changes x, summary and optimality; unless `at_end`, the last step asks for no Jacobian where it
/// leads, and they are those from where it came, but for x and the cost. False where the Jacobian
/// is not finite at the outcome, which stays as it is. For the linear loss.
bool refine(reduce::CallbackEvaluator& evaluator, std::span<const double> lower,
            std::span<const double> upper, bool at_end, solve::Outcome& outcome);

}  // namespace nlsq::fit_impl
