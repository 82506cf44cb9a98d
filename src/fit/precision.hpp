// SPDX-License-Identifier: MIT
// Whether a fit may use passes in single precision (docs/adr/0007).
#pragma once

#include <functional>

#include "fit/problem.hpp"
#include "nlsq/fit.hpp"
#include "reduce/data_evaluator.hpp"

namespace nlsq::fit_impl {

/// Whether passes may be float32 (solve/precision.hpp says when they are): all terms offer such
/// passes, some of them are not linear in their parameters, and no sample (of `sampled` rows) leads
/// the way. automatic: 4,000 to 6,143 and 16,384 to 131,072 rows.
bool may_use_float32(const Problem& problem, const FitOptions& options,
                     const reduce::EvaluatorOptions& evaluator, index_t sampled);

/// What became of a fit that is only measured.
struct Tried {
  double seconds = 0.0;
  bool used_float32 = false;
};

/// Whether they pay: as measured before for the (first term's) model and about so many rows, else
/// by 30 pairs of fit(true) and fit(false) in turn, with and without float32. False, and nothing is
/// kept, where a fit uses none or throws InputError.
bool float32_measured(const Problem& problem, const std::function<Tried(bool)>& fit);

}  // namespace nlsq::fit_impl
