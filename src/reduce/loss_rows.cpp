// SPDX-License-Identifier: MIT
#include "reduce/loss_rows.hpp"

namespace nlsq::reduce {

LossRow loss_row(Loss loss, double f, double f_scale) {
  return program::loss_formula(loss, f, f / f_scale, [](double value) { return value; });
}

}  // namespace nlsq::reduce
