// SPDX-License-Identifier: MIT
// Robust losses as expressions (Triggs et al. 2000, section 4.3; SciPy's scaling of rows).
#pragma once

#include "expr/expression.hpp"
#include "nlsq/options.hpp"

namespace nlsq::program {

/// With z = (f/C)²: rho = ρ(z); weighted_f = ρ′(z)·f, whose product with J is the gradient;
/// root_scale = √(ρ′ + 2ρ″z), the factor of the row of J, 0 where the root does not exist.
struct LossTerms {
  expr::Expression rho, weighted_f, root_scale;
};

/// `loss` is not linear.
LossTerms loss_terms(Loss loss, expr::Expression f, expr::Expression f_scale);

}  // namespace nlsq::program
