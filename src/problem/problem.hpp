// SPDX-License-Identifier: MIT
// The terms of a fit bound to their data, and the parameters they share.
#pragma once

#include <memory_resource>
#include <span>
#include <vector>

#include "nlsq/fit.hpp"
#include "problem/binding.hpp"
#include "problem/parameters.hpp"
#include "reduce/term.hpp"

namespace nlsq::fit_impl {

struct Problem {
  ParameterTable table;
  std::pmr::vector<reduce::Term> terms;

  index_t free() const { return static_cast<index_t>(table.free.size()); }
  /// No term has a robust loss.
  bool linear_loss() const;
};

/// Parameters are the union of the terms', by first appearance; the terms are in `memory`, which
/// outlives them. Throws InputError.
Problem make_problem(std::span<const TermView> terms, const FitOptions& options,
                     Preparation& preparation,
                     std::pmr::memory_resource* memory = std::pmr::get_default_resource());

}  // namespace nlsq::fit_impl
