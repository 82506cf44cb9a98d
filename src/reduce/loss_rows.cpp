// SPDX-License-Identifier: MIT
// Scalar losses.
#include "reduce/loss_rows.hpp"

#include <cmath>

namespace nlsq::reduce {

LossRow loss_row(Loss loss, double f, double f_scale) {
  const double t = f / f_scale;
  const double z = t * t;
  switch (loss) {
    case Loss::soft_l1: {
      const double root = std::sqrt(1.0 + z);
      const double slope = 1.0 / root;
      return {2.0 * z / (root + 1.0), slope * f, slope * std::sqrt(slope)};
    }
    case Loss::huber: {
      const double size = std::fabs(t);
      if (z <= 1.0) return {z, f, 1.0};
      return {2.0 * size - 1.0, f / size, 0.0};
    }
    case Loss::cauchy: {
      const double slope = 1.0 / (1.0 + z);
      return {std::log1p(z), slope * f, z < 1.0 ? slope * std::sqrt(1.0 - z) : 0.0};
    }
    case Loss::arctan: {
      const double slope = 1.0 / (1.0 + z * z);
      const double curvature = 1.0 - 3.0 * z * z;
      return {std::atan(z), slope * f, curvature > 0.0 ? slope * std::sqrt(curvature) : 0.0};
    }
    case Loss::linear: break;
  }
  return {z, f, 1.0};
}

}  // namespace nlsq::reduce
