// SPDX-License-Identifier: MIT
// What a fit did, or would do, in words: nlsq::explain() and FitResult::explain().
#pragma once

#include <span>

#include "nlsq/fit.hpp"
#include "problem/binding.hpp"

namespace nlsq::fit_impl {

/// What a plan explains of a fit that is not made: plan, names, formula, engine; parameters at
/// their start without errors.
FitResult plan_terms(std::span<const TermView> terms, const FitOptions& options);

}  // namespace nlsq::fit_impl
