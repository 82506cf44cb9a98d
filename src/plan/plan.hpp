// SPDX-License-Identifier: MIT
// The plan of a fit, made in one place once its terms are bound and before its first pass. A plan
// depends on the program, numbers of rows and parameters, options and instruction set or device
// alone, never on a clock or on the values in the rows. It costs some hundred instructions.
#pragma once

#include <span>

#include "nlsq/fit.hpp"
#include "nlsq/plan.hpp"
#include "reduce/data_evaluator.hpp"

namespace nlsq::plan {

/// What is known of a problem before its first pass.
struct Shape {
  std::span<const reduce::Term> terms;
  index_t free = 0, parameters = 0;
  bool picks = false;         ///< rows pick elements of vectors of parameters
  bool start_given = true;    ///< for every parameter that moves
  bool can_search = false;    ///< the model is of the kind that starts are searched for
  bool wants_device = false;  ///< a device was asked for …
  bool on_device = false;     ///< … and makes the passes
};

/// Fills a plan as it is by default. `asked`: what environment and options say
/// (plan/environment.hpp).
void make(const Shape& shape, const FitOptions& options, const reduce::EvaluatorOptions& asked,
          Plan& plan);

/// The plan of a fit that is solved by the nonzero entries of JᵀJ.
Plan make_sparse(const Shape& shape, const FitOptions& options);
/// Counts the rows of one more term.
void add_term(const reduce::Term& term, Plan& plan);

/// The evaluators that carry it out.
void apply(const Plan& plan, reduce::EvaluatorOptions& evaluator);

/// A way of carrying out the fit that takes less memory than the plan's, what takes much and saves
/// little first; false where there is none. No bit of a result depends on the threads and the block
/// that it changes; where it takes float32 passes or the sample away, the plan says so.
bool shrink(std::span<const reduce::Term> terms, Plan& plan);

/// Whether the sparse way pays for `parameters` of which a row touches so many.
bool sparse_pays(index_t parameters, index_t touched);

/// Rows of a sample of `rows` rows for n free parameters; 0 where no sample pays.
index_t sample_rows(index_t rows, index_t n);

/// The fewest rows that serve as a sample for n parameters.
index_t least_sample(index_t n);

}  // namespace nlsq::plan
