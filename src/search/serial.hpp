// SPDX-License-Identifier: MIT
// Whether residuals have structure: in the order of the data, neighbours of a good fit are
// independent.
#pragma once

#include <span>

namespace nlsq::search {

/// Σ rᵢrᵢ₊₁ / √Σ rᵢ²rᵢ₊₁²: about standard normal for independent residuals of any size each, large
/// where neighbours have the same sign. 0 where all vanish.
double serial_statistic(std::span<const double> residuals);

}  // namespace nlsq::search
