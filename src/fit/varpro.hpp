// SPDX-License-Identifier: MIT
// Method::varpro: a fit is a fit of the nonlinear parameters α alone, whose cost is what the best
// linear parameters leave (Golub and Pereyra 1973, with Kaufman's Jacobian, 1975). A pass folds
// columns that do not depend on the linear ones (search/separated_model.hpp), so it yields both
// their best values and the Jacobian of what is left; the minimizer is the one of every fit. The
// end is a point of the whole problem, met and judged there (docs/math/varpro.md, docs/adr/0021).
#pragma once

#include <span>

#include "fit/separated_problem.hpp"
#include "linalg/variable_projection.hpp"
#include "reduce/data_evaluator.hpp"
#include "solve/minimizer.hpp"
#include "starts/second_start.hpp"

namespace nlsq::fit_impl {

/// Throws InputError for options that a projected fit does not keep.
void refuse_for_varpro(const FitOptions& options, bool on_device);

/// solve::minimize by variable projection; `whole` evaluates all free parameters, to which x0 and
/// the bounds belong.
solve::Outcome minimize_projected(const SeparatedProblem& problem, solve::Evaluator& whole,
                                  std::span<const double> x0, std::span<const double> lower,
                                  std::span<const double> upper, const SolverOptions& options,
                                  const reduce::EvaluatorOptions& evaluator_options,
                                  base::ThreadPool& pool);

/// Whether nothing speaks against an end: it is well, explains most of the data, and its residuals
/// follow no course.
bool explains_all(std::span<const TermView> views, std::span<const reduce::Term> terms,
                  const solve::Outcome& end, const Expectation& expected,
                  reduce::DataEvaluator& evaluator, engine::Isa isa);

/// The better end, with the counts of both.
solve::Outcome better_of(solve::Outcome a, solve::Outcome b);

}  // namespace nlsq::fit_impl
