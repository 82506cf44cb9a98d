// SPDX-License-Identifier: MIT
// The sum over the lanes of one accumulator, always in the same order: halves are added until one
// is left.
#pragma once

namespace nlsq::reduce {

template <int kLanes, class Real>
double lane_sum_of(const Real* x) {
  double t[kLanes];
  for (int i = 0; i < kLanes; ++i) t[i] = static_cast<double>(x[i]);
#pragma GCC unroll 4
  for (int half = kLanes / 2; half > 0; half /= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < half; ++i) t[i] += t[i + half];
  }
  return t[0];
}

/// lanes is 2, 4, 8 or 16.
template <class Real>
double lane_sum(const Real* x, int lanes) {
  switch (lanes) {
    case 16: return lane_sum_of<16>(x);
    case 8: return lane_sum_of<8>(x);
    case 4: return lane_sum_of<4>(x);
    default: return lane_sum_of<2>(x);
  }
}

}  // namespace nlsq::reduce
