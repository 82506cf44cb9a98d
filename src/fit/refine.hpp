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
/// Changes x and summary, which are no longer of the same point: the last step needs no Jacobian
/// where it leads. For the linear loss.
void refine(reduce::CallbackEvaluator& evaluator, std::span<const double> lower,
            std::span<const double> upper, solve::Outcome& outcome);

}  // namespace nlsq::fit_impl
