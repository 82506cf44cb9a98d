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
namespace {
constexpr double kSame = 0.3;  // of m: |Σ e^{4πi f x}| beyond which sine and cosine do not differ
constexpr double kEven = 0.25;  // of (Σr²)²/(m Σr⁴), a third for normal ones
}  // namespace

SpectralPeak periodogram_peak(std::span<const double> x, std::span<const double> r) {
  SpectralPeak peak;
  const std::size_t m = x.size();
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  double energy = 0.0, fourth = 0.0;
  for (const double v : r) {
    energy += v * v;
    fourth += v * v * v * v;
  }
  const double length = m > 0 ? *high - *low : 0.0;
  if (!(length > 0.0) || !(energy > 0.0) || !std::isfinite(length)) return peak;
  std::vector<double> c(m, 1.0), s(m, 0.0), turn_c(m), turn_s(m);
  for (std::size_t i = 0; i < m; ++i) {
    const double angle = std::numbers::pi * (x[i] - *low) / length;
    turn_c[i] = std::cos(angle);
    turn_s[i] = std::sin(angle);
  }
  const std::size_t frequencies = 2 * m;
  for (std::size_t k = 1; k <= frequencies; ++k) {
    double real = 0.0, imaginary = 0.0, even = 0.0, odd = 0.0;
    for (std::size_t i = 0; i < m; ++i) {
      const double next = c[i] * turn_c[i] - s[i] * turn_s[i];
      s[i] = c[i] * turn_s[i] + s[i] * turn_c[i];
      c[i] = next;
      real += r[i] * c[i];
      imaginary += r[i] * s[i];
      even += c[i] * c[i] - s[i] * s[i];
      odd += 2.0 * c[i] * s[i];
    }
    // Next to the Nyquist frequency of even places sine and cosine are the same, and one is left.
    const double rows = static_cast<double>(m);
    if (even * even + odd * odd > kSame * kSame * rows * rows) continue;
    const double power = (real * real + imaginary * imaginary) / energy;
    if (power > peak.power) {
      peak.power = power;
      peak.frequency = static_cast<double>(k) / (2.0 * length);
    }
  }
  // Of residuals of about equal size the rest beside the peak tells, too.
  const double rows = static_cast<double>(m);
  const bool even = energy * energy > kEven * rows * fourth;
  const double rare =
      even ? std::pow(std::max(0.0, 1.0 - 2.0 * peak.power / rows), 0.5 * (rows - 3.0))
           : std::exp(-peak.power);
  peak.p = std::min(1.0, static_cast<double>(frequencies) * rare);
  return peak;
}

}  // namespace nlsq::stats
