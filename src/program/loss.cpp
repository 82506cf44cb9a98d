// SPDX-License-Identifier: MIT
// ρ, ρ′ and ρ′ + 2ρ″z of each loss, in forms that neither overflow nor cancel:
//   soft_l1  2(√(1+z)−1)   1/√(1+z)    (1+z)^(−3/2)
//   huber    z | 2√z−1     1 | 1/√z    1 | 0
//   cauchy   ln(1+z)       1/(1+z)     (1−z)/(1+z)²
//   arctan   atan z        1/(1+z²)    (1−3z²)/(1+z²)²
#include "program/loss.hpp"

namespace nlsq::program {

using expr::Expression;

LossTerms loss_terms(Loss loss, Expression f, Expression f_scale) {
  const auto c = [&](double v) { return Expression{f.graph, f.graph->constant(v)}; };
  const Expression zero = c(0.0), one = c(1.0), two = c(2.0);
  const Expression t = f / f_scale;
  const Expression z = t * t;
  switch (loss) {
    case Loss::soft_l1: {
      const Expression root = sqrt(one + z);
      const Expression slope = one / root;
      return {two * z / (root + one), slope * f, slope * sqrt(slope)};
    }
    case Loss::huber: {
      const Expression inside = z <= one;
      const Expression size = abs(t);
      return {where(inside, z, two * size - one), where(inside, f, f / size),
              where(inside, one, zero)};
    }
    case Loss::cauchy: {
      const Expression slope = one / (one + z);
      const Expression scale = where(z < one, one - z, zero);
      return {log1p(z), slope * f, slope * sqrt(scale)};
    }
    case Loss::arctan: {
      const Expression slope = one / (one + z * z);
      const Expression curvature = one - c(3.0) * (z * z);
      return {atan(z), slope * f, slope * sqrt(where(zero < curvature, curvature, zero))};
    }
    case Loss::linear: break;
  }
  return {z, f, one};
}

}  // namespace nlsq::program
