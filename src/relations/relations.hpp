// SPDX-License-Identifier: MIT
// Ties, priors and derived quantities. Tied parameters are replaced by their expressions in the
// models' graphs, priors become terms of one row, and the result is told in the parameters of the
// caller: pcov of tied and derived values by the delta method, G·pcov·Gᵀ with exact gradients G.
#pragma once

#include <span>

#include "nlsq/fit.hpp"
#include "problem/binding.hpp"

namespace nlsq::fit_impl {

inline bool has_relations(const FitOptions& options) {
  return !options.ties.empty() || !options.priors.empty() || !options.derived.empty();
}

/// A fit without relations.
using FitViews = FitResult (*)(std::span<const TermView> terms, const FitOptions& options);

/// Throws InputError: names that are unknown, ties that contradict each other or other options.
FitResult fit_related(std::span<const TermView> terms, const FitOptions& options, FitViews fit);

}  // namespace nlsq::fit_impl
