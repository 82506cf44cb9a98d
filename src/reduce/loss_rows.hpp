// SPDX-License-Identifier: MIT
// Losses row by row, for residuals that come as numbers; the same formulas as program/loss.cpp.
#pragma once

#include "nlsq/options.hpp"

namespace nlsq::reduce {

struct LossRow {
  double rho = 0.0;         ///< ρ(z), z = (f/f_scale)²
  double weighted_f = 0.0;  ///< ρ′f
  double root_scale = 1.0;  ///< √(ρ′ + 2ρ″z), 0 where the root does not exist
};

LossRow loss_row(Loss loss, double f, double f_scale);

}  // namespace nlsq::reduce
