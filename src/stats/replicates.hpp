// SPDX-License-Identifier: MIT
// Rows with equal x: the scatter within a group is pure error, whatever the model, and the mean of
// a group that is many of its own standard errors from the curve is not. Groups are judged one by
// one by Student's t with their own variance, so unequal variances cost power but raise no alarm,
// and their p-values joined by Fisher's method. Pure function.
#pragma once

#include <span>

#include "nlsq/types.hpp"

namespace nlsq::stats {

struct LackOfFit {
  double p = 1.0;      ///< of means that are as far off, if the model were right
  double share = 0.0;  ///< of the sum of squares that is between means and curve
};

/// `r`: residuals, group by group; `ends`: where each group ends. p is 1 with fewer than 8 degrees
/// of freedom within groups.
LackOfFit lack_of_fit(std::span<const double> r, std::span<const index_t> ends);

}  // namespace nlsq::stats
