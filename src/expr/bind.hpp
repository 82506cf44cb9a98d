// SPDX-License-Identifier: MIT
// From a syntax tree to a graph, once the columns are known.
#pragma once

#include "expr/ast.hpp"
#include "expr/model.hpp"

namespace nlsq::expr {

/// Adds the formula as one more output of `model`. A name is a column if `columns` has it (exactly,
/// else the only one equal without regard to case, with a note), else pi or e, else a parameter.
/// Throws FormulaError.
void bind_formula(const Formula& formula, const std::vector<std::string>& columns,
                  ModelImpl& model);

}  // namespace nlsq::expr
