// SPDX-License-Identifier: MIT
// Robust losses as expressions.
#pragma once

#include "expr/expression.hpp"
#include "program/loss_formulas.hpp"

namespace nlsq::program {

using LossTerms = LossFormula<expr::Expression>;

/// `loss` is not linear.
LossTerms loss_terms(Loss loss, expr::Expression f, expr::Expression f_scale);

}  // namespace nlsq::program
