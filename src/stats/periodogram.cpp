// SPDX-License-Identifier: MIT
// Each row's e^{2πi f x} goes on from one frequency to the next by a rotation, so a frequency takes
// no sine.
#include "stats/periodogram.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace nlsq::stats {

SpectralPeak periodogram_peak(std::span<const double> x, std::span<const double> r) {
  SpectralPeak peak;
  const std::size_t m = x.size();
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  double energy = 0.0;
  for (const double v : r) energy += v * v;
  const double length = m > 0 ? *high - *low : 0.0;
  if (!(length > 0.0) || !(energy > 0.0) || !std::isfinite(length)) return peak;
  std::vector<double> c(m), s(m), turn_c(m), turn_s(m);
  for (std::size_t i = 0; i < m; ++i) {
    const double angle = std::numbers::pi * (x[i] - *low) / length;
    c[i] = r[i];
    turn_c[i] = std::cos(angle);
    turn_s[i] = std::sin(angle);
  }
  const std::size_t frequencies = 2 * m;
  for (std::size_t k = 1; k <= frequencies; ++k) {
    double real = 0.0, imaginary = 0.0;
    for (std::size_t i = 0; i < m; ++i) {
      const double next = c[i] * turn_c[i] - s[i] * turn_s[i];
      s[i] = c[i] * turn_s[i] + s[i] * turn_c[i];
      c[i] = next;
      real += c[i];
      imaginary += s[i];
    }
    const double power = (real * real + imaginary * imaginary) / energy;
    if (power > peak.power) {
      peak.power = power;
      peak.frequency = static_cast<double>(k) / (2.0 * length);
    }
  }
  peak.p = std::min(1.0, static_cast<double>(frequencies) * std::exp(-peak.power));
  return peak;
}

}  // namespace nlsq::stats
