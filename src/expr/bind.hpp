// SPDX-License-Identifier: MIT
// From a syntax tree to a graph, once the columns are known.
#pragma once

#include "expr/ast.hpp"
#include "expr/model.hpp"

namespace nlsq::expr {

/// Adds the formula as one more output of `model`. A name is a column if `columns` has it, else pi
/// or e, else the only column equal without regard to case (with a note) unless the formula names
/// that column itself or `own` has such a name, else a parameter. Throws FormulaError.
void bind_formula(const Formula& formula, const std::vector<std::string>& columns, ModelImpl& model,
                  const std::vector<std::string>& own = {});

}  // namespace nlsq::expr
