// SPDX-License-Identifier: MIT
// The problem of variable projection: which free parameters are linear in all terms, and programs
// whose columns do not depend on them (search/separated_model.hpp).
#pragma once

#include <span>
#include <vector>

#include "linalg/variable_projection.hpp"
#include "problem/binding.hpp"
#include "problem/problem.hpp"

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

}  // namespace nlsq::fit_impl
