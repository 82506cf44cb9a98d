// SPDX-License-Identifier: MIT
// Whether passes in single precision pay, by measurement (docs/adr/0007); whether there may be any
// is in the plan.
#pragma once

#include <functional>
#include <span>

#include "nlsq/fit.hpp"
#include "problem/problem.hpp"
#include "reduce/data_evaluator.hpp"

namespace nlsq::fit_impl {

/// What became of a fit that is only measured.
struct Tried {
  double seconds = 0.0;
  bool used_float32 = false;
};

/// From where a fit begins, within which bounds, and how.
struct Trial {
  std::span<const double> start, lower, upper;
  const FitOptions& options;
};

/// A fit of its own, with float32 passes or without, that nobody watches.
Tried try_fit(const Problem& problem, const Trial& trial, reduce::EvaluatorOptions evaluator,
              bool float32);

/// Whether they pay: as measured before for the (first term's) model and about so many rows, else
/// by 30 pairs of fit(true) and fit(false) in turn, with and without float32. False, and nothing is
/// kept, where a fit uses none or throws InputError.
bool float32_measured(const Problem& problem, const std::function<Tried(bool)>& fit);

}  // namespace nlsq::fit_impl
