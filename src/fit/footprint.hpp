// SPDX-License-Identifier: MIT
// The memory of a fit, before it is made, from the sizes that its parts allocate with; and how a
// fit runs to stay within a limit. Programs are not counted: they stay with the model.
#pragma once

#include "nlsq/fit.hpp"
#include "nlsq/plan.hpp"
#include "problem/problem.hpp"
#include "reduce/data_evaluator.hpp"

namespace nlsq::fit_impl {

/// In bytes.
struct Footprint {
  index_t data = 0;   ///< values of columns, responses and sigmas, each array once
  index_t usual = 0;  ///< beside them, of a fit that meets no difficulty
  index_t most = 0;   ///< with the folds that badly conditioned problems need
};

Footprint footprint(const Problem& problem, const FitOptions& options,
                    const reduce::EvaluatorOptions& evaluator, index_t sampled);

/// The same of a plan. `evaluator`: what environment and options ask for.
Footprint footprint(const Problem& problem, const FitOptions& options,
                    reduce::EvaluatorOptions evaluator, const Plan& plan);

/// The same where the plan is changed to take the least: one thread, the smallest block, no sample.
Footprint least_footprint(const Problem& problem, const FitOptions& options,
                          const reduce::EvaluatorOptions& evaluator, Plan plan);

/// Changes threads, rows of a block, rows of the sample and float32 passes of the plan so that data
/// and `most` are within `limit` bytes (plan::shrink). Throws InputError naming the least limit
/// when none will do.
void keep_within(index_t limit, const Problem& problem, const FitOptions& options,
                 const reduce::EvaluatorOptions& evaluator, Plan& plan);

}  // namespace nlsq::fit_impl
