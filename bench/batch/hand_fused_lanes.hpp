// SPDX-License-Identifier: MIT
// What a specialist would write for one model: spots of five parameters on shared pixels, eight
// fits a vector, everything fused and unrolled, Levenberg-Marquardt with a tolerance on the cost.
#pragma once

#include "nlsq/types.hpp"

namespace nlsq::bench {

/// a·exp(−((x−x0)²+(z−z0)²)/(2s²)) + b on m pixels; y k×m, starts k×5 in the order a, x0, z0, s, b.
struct Spots {
  index_t fits = 0, rows = 0;
  const double *x = nullptr, *z = nullptr, *y = nullptr, *starts = nullptr;
};

struct SpotResults {
  double *popt = nullptr, *perr = nullptr, *pcov = nullptr, *cost = nullptr;
  int *status = nullptr, *nfev = nullptr;
};

/// Fits `from` … `to`−1 until a step changes the cost by less than `tolerance` of it.
void fit_spots(const Spots& spots, index_t from, index_t to, double tolerance,
               const SpotResults& into);

}  // namespace nlsq::bench
