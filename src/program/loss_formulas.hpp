// SPDX-License-Identifier: MIT
// Robust losses (Triggs et al. 2000, section 4.3; SciPy's scaling of rows): ρ, ρ′ and √(ρ′ + 2ρ″z)
// of each row of options.def, in forms that neither overflow nor cancel. They are written once: for
// expressions (program/loss.cpp) and for numbers (reduce/loss_rows.cpp).
//   soft_l1  2(√(1+z)−1)   1/√(1+z)    (1+z)^(−3/2)
//   huber    z | 2√z−1     1 | 1/√z    1 | 0
//   cauchy   ln(1+z)       1/(1+z)     (1−z)/(1+z)²
//   arctan   atan z        1/(1+z²)    (1−3z²)/(1+z²)²
#pragma once

#include <cmath>

#include "nlsq/options.hpp"

namespace nlsq::program {

/// The choice that expressions make by a function of this name.
inline double where(bool condition, double x, double y) { return condition ? x : y; }

/// With z = (f/C)²: rho = ρ(z); weighted_f = ρ′(z)·f, whose product with J is the gradient;
/// root_scale = √(ρ′ + 2ρ″z), the factor of the row of J, 0 where the root does not exist.
template <class Number>
struct LossFormula {
  Number rho, weighted_f, root_scale;
};

/// `t` is f/C; `c` makes a Number of a constant.
template <class Number, class Constant>
LossFormula<Number> loss_formula(Loss loss, const Number& f, const Number& t, const Constant& c) {
  using std::abs, std::atan, std::log1p, std::sqrt;
  const Number zero = c(0.0), one = c(1.0), two = c(2.0);
  const Number z = t * t;
  switch (loss) {
    case Loss::soft_l1: {
      const Number root = sqrt(one + z);
      const Number slope = one / root;
      return {two * z / (root + one), slope * f, slope * sqrt(slope)};
    }
    case Loss::huber: {
      const auto inside = z <= one;
      const Number size = abs(t);
      return {where(inside, z, two * size - one), where(inside, f, f / size),
              where(inside, one, zero)};
    }
    case Loss::cauchy: {
      const Number slope = one / (one + z);
      const Number scale = where(z < one, one - z, zero);
      return {log1p(z), slope * f, slope * sqrt(scale)};
    }
    case Loss::arctan: {
      const Number slope = one / (one + z * z);
      const Number curvature = one - c(3.0) * (z * z);
      return {atan(z), slope * f, slope * sqrt(where(zero < curvature, curvature, zero))};
    }
    case Loss::linear: break;
  }
  return {z, f, one};
}

/// ρ″(z).
inline double loss_curvature(Loss loss, double z) {
  switch (loss) {
    case Loss::soft_l1: return -0.5 / ((1.0 + z) * std::sqrt(1.0 + z));
    case Loss::huber: return z <= 1.0 ? 0.0 : -0.5 / (z * std::sqrt(z));
    case Loss::cauchy: return -1.0 / ((1.0 + z) * (1.0 + z));
    case Loss::arctan: return -2.0 * z / ((1.0 + z * z) * (1.0 + z * z));
    case Loss::linear: break;
  }
  return 0.0;
}

}  // namespace nlsq::program
