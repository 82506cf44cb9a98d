// SPDX-License-Identifier: MIT
// Fits of many parameters of which each row touches a few: gathered parameters, and terms that
// share some. They are solved by the nonzero entries of JᵀJ (docs/adr/0014).
#pragma once

#include <optional>
#include <span>

#include "nlsq/fit.hpp"
#include "problem/binding.hpp"

namespace nlsq::fit_impl {

/// The fit, if it is one of those, or FitOptions::linear_solver asks for it; else nothing. Throws
/// InputError where it was asked for and cannot be.
std::optional<FitResult> fit_sparse_if_it_pays(std::span<const TermView> terms,
                                               const FitOptions& options);

/// The same, but only its plan (fit/explain.hpp).
std::optional<FitResult> plan_sparse_if_it_pays(std::span<const TermView> terms,
                                                const FitOptions& options);

}  // namespace nlsq::fit_impl
