// SPDX-License-Identifier: MIT
#include "program/loss.hpp"

#include <cmath>

namespace nlsq::program {

using expr::Expression;

LossTerms loss_terms(Loss loss, Expression f, Expression f_scale) {
  const auto constant = [&](double v) { return Expression{f.graph, f.graph->constant(v)}; };
  return loss_formula(loss, f, f / f_scale, constant);
}

}  // namespace nlsq::program

namespace nlsq {

LossValue loss_value(Loss loss, double z) {
  const auto constant = [](double value) { return value; };
  const program::LossFormula<double> at = program::loss_formula(loss, 1.0, std::sqrt(z), constant);
  return {loss == Loss::linear ? z : at.rho, at.weighted_f, program::loss_curvature(loss, z)};
}

}  // namespace nlsq
