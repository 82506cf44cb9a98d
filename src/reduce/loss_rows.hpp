// SPDX-License-Identifier: MIT
// Losses row by row, for residuals that come as numbers.
#pragma once

#include "program/loss_formulas.hpp"

namespace nlsq::reduce {

using LossRow = program::LossFormula<double>;

LossRow loss_row(Loss loss, double f, double f_scale);

}  // namespace nlsq::reduce
