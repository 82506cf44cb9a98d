// SPDX-License-Identifier: MIT
// Geometry of the box lower ≤ x ≤ upper: pure functions on spans, infinite bounds allowed.
#pragma once

#include <limits>
#include <span>

#include "nlsq/types.hpp"

namespace nlsq::solve {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool inside(std::span<const double> x, std::span<const double> lower,
            std::span<const double> upper);
bool any_finite(std::span<const double> lower, std::span<const double> upper);

/// The largest t ≥ 0 with x + t·direction in the box (inf when it never leaves).
double stride_to_bound(std::span<const double> x, std::span<const double> direction,
                       std::span<const double> lower, std::span<const double> upper);

/// Moves x strictly inside: values within `relative`·|bound| of a bound (of 0: on it) to that
/// distance (from 0: `relative` times the other bound, or times 1 when that is infinite), or to the
/// middle of a narrower box. With relative = 0 values on a bound go to the next double.
void make_strictly_inside(std::span<double> x, std::span<const double> lower,
                          std::span<const double> upper, double relative);

void clip(std::span<double> x, std::span<const double> lower, std::span<const double> upper);

/// Distance from x to the bound that steepest descent heads for (g < 0: upper); inf when there is
/// none.
double distance_downhill(double x, double g, double lower, double upper);

}  // namespace nlsq::solve
