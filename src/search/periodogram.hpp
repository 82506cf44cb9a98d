// SPDX-License-Identifier: MIT
// Likely angular frequencies of a response along any abscissa, evenly spaced or not: the largest
// peaks of Schuster's periodogram after a parabola was taken off, then those of what is left when
// the wave of the largest was taken off too (Roberts, Lehár and Dreher 1987).
#pragma once

#include <span>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::search {

/// Up to the frequency of two rows a period, `all_rows` of them along the abscissa. `waves`: how
/// many of different frequency there may be. Empty where nothing varies.
std::vector<double> likely_frequencies(std::span<const double> x, std::span<const double> y,
                                       index_t all_rows, index_t waves);

/// The best pairs of a wave whose argument is frequency·x + rate·z, as of a chirp: for each rate
/// the response is turned back by it, and its spectrum along x looked at. Empty where x and z are
/// proportional or nothing varies.
struct Chirps {
  std::vector<double> frequencies, rates;
};
Chirps likely_chirps(std::span<const double> x, std::span<const double> z,
                     std::span<const double> y, index_t all_rows);

}  // namespace nlsq::search
