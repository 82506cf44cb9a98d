// SPDX-License-Identifier: MIT
// Whether residuals are no more than the digits of their data: a response that is written with few
// digits, or in steps of a converter, leaves residuals that follow one another however good the
// model is. The step of a value is found from the values: that of their last decimal place, that of
// their last significant digit, or the one all differences are multiples of. Pure functions; O(m
// log m).
#pragma once

#include <span>

namespace nlsq::stats {

/// The rounding of y is beyond 2.5 times the size of the residuals r, in the units of y (3.5 times
/// where they are nothing else).
bool are_digits(std::span<const double> y, std::span<const double> r);

}  // namespace nlsq::stats
