// SPDX-License-Identifier: MIT
// Whether the end of a fit that converged means anything, from what is at hand: residuals in the
// order of x, and parameters that ran away. Each thing found is an issue of the result
// (docs/issues.md); thresholds and what they were measured on are in docs/adr/0011-judgement.md.
// What is usual costs a sum over at most 1,024 residuals that lie in registers; sorting, digits and
// spectra are for what looks odd.
#pragma once

#include <functional>
#include <span>

#include "linalg/vector.hpp"
#include "nlsq/judgement.hpp"
#include "nlsq/result.hpp"
#include "problem/problem.hpp"
#include "reduce/data_evaluator.hpp"
#include "solve/minimizer.hpp"

namespace nlsq::fit_impl {

/// The rows of a fit that are looked at. Called once all else is in the result.
void judge_residuals(std::span<const TermView> views, std::span<const reduce::Term> terms,
                     const solve::Outcome& outcome, reduce::DataEvaluator& evaluator,
                     engine::Isa isa, FitResult& result);

/// Bytes that judge_residuals allocates for a term where something looks odd.
index_t judged_bytes(const reduce::Term& term, const reduce::WalkOptions& walk);

/// Adds parameters that ran away or came to a flat place. `cost` of other points, `norms_at` the
/// lengths of the Jacobian's columns there; both are asked for where a standard error is odd.
struct Surroundings {
  std::function<double(std::span<const double>)> cost;
  std::function<linalg::Vector(std::span<const double>)> norms_at;
  double total;  ///< the sum of squares about the best constant; NaN: unknown
};
void judge_parameters(const solve::Outcome& outcome, std::span<const index_t> free,
                      const Surroundings& around, FitResult& result);

/// Both of a fit of terms: what speaks against an end that converged.
void judge_end(std::span<const TermView> views, const Problem& problem,
               const solve::Outcome& outcome, reduce::DataEvaluator& evaluator, engine::Isa isa,
               FitResult& result);

}  // namespace nlsq::fit_impl
