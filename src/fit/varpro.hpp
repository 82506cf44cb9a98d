// SPDX-License-Identifier: MIT
// Method::varpro: a fit is a fit of the nonlinear parameters α alone, whose cost is what the best
// linear parameters leave (Golub and Pereyra 1973, with Kaufman's Jacobian, 1975). A pass folds
// columns that do not depend on the linear ones (search/separated_model.hpp), so it yields both
// their best values and the Jacobian of what is left; the minimizer is the one of every fit. The
// end is a point of the whole problem, met and judged there (docs/math/varpro.md, docs/adr/0021).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "linalg/variable_projection.hpp"
#include "problem/binding.hpp"
#include "problem/problem.hpp"
#include "reduce/data_evaluator.hpp"
#include "solve/minimizer.hpp"

namespace nlsq::fit_impl {

/// A problem with its linear parameters told apart.
class SeparatedProblem {
 public:
  /// Throws InputError where no free parameter is linear in all terms, or a term cannot be
  /// projected: a loss, gathered parameters. The arguments outlive this.
  SeparatedProblem(std::span<const TermView> views, const Problem& problem,
                   const FitOptions& options);

  const linalg::SeparatedColumns& columns() const { return columns_; }
  /// Of each α, and of each c, its position among the free parameters of the problem.
  std::span<const index_t> nonlinear() const { return nonlinear_; }
  std::span<const index_t> linear() const { return linear_; }
  /// Of each free parameter: its α, or their number and its c.
  std::span<const index_t> order() const { return order_; }

  std::span<const reduce::Term> terms() const { return terms_; }
  /// All values of the augmented problem, weights last, and which of them move with the rows.
  const linalg::Vector& values() const { return values_; }
  const linalg::Indices& moving() const { return moving_; }
  index_t place_of(index_t free) const { return table_->free[static_cast<std::size_t>(free)]; }

 private:
  const ParameterTable* table_;
  linalg::SeparatedColumns columns_;
  std::vector<index_t> nonlinear_, linear_, order_;
  std::vector<reduce::Term> terms_;
  linalg::Vector values_;
  linalg::Indices moving_;
};

/// Throws InputError for options that a projected fit does not keep.
void refuse_for_varpro(const FitOptions& options, bool on_device);

/// solve::minimize by variable projection; `whole` evaluates all free parameters, to which x0 and
/// the bounds belong.
solve::Outcome minimize_projected(const SeparatedProblem& problem, solve::Evaluator& whole,
                                  std::span<const double> x0, std::span<const double> lower,
                                  std::span<const double> upper, const SolverOptions& options,
                                  const reduce::EvaluatorOptions& evaluator_options,
                                  base::ThreadPool& pool);

}  // namespace nlsq::fit_impl
