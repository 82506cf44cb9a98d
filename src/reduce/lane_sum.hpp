// SPDX-License-Identifier: MIT
// The sum over the lanes of one accumulator, always in the same order.
#pragma once

namespace nlsq::reduce {

/// lanes is a power of two, at most 16.
inline double lane_sum(const double* x, int lanes) {
  double t[16] = {};
  for (int i = 0; i < lanes; ++i) t[i] = x[i];
  for (int half = lanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) t[i] += t[i + half];
  }
  return t[0];
}

}  // namespace nlsq::reduce
