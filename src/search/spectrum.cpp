// SPDX-License-Identifier: MIT
#include "search/spectrum.hpp"

#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

namespace nlsq::search {
namespace {

// In place, of a power of two of values (Cooley and Tukey 1965).
void transform(std::vector<std::complex<double>>& a) {
  const std::size_t n = a.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(a[i], a[j]);
  }
  std::vector<std::complex<double>> turns(n / 2);
  for (std::size_t k = 0; k < n / 2; ++k)
    turns[k] =
        std::polar(1.0, 2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(n));
  for (std::size_t length = 2; length <= n; length <<= 1) {
    const std::size_t stride = n / length, half = length / 2;
    for (std::size_t i = 0; i < n; i += length) {
      for (std::size_t k = 0; k < half; ++k) {
        const std::complex<double> w = turns[k * stride], odd = a[i + k + half];
        // Written out: the product of complex numbers looks for infinities.
        const std::complex<double> v(odd.real() * w.real() - odd.imag() * w.imag(),
                                     odd.real() * w.imag() + odd.imag() * w.real());
        a[i + k + half] = a[i + k] - v;
        a[i + k] += v;
      }
    }
  }
}

}  // namespace

Spectrum spectrum(std::span<const double> x, std::span<const std::complex<double>> values,
                  std::size_t count, double oversampling) {
  const std::size_t size = std::bit_ceil(4 * count);
  std::vector<std::complex<double>> grid(size);
  const double scale = static_cast<double>(size) / oversampling;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double place = (x[i] + 0.5) * scale;
    const auto at = static_cast<std::size_t>(place);
    const double share = place - static_cast<double>(at);
    grid[at % size] += values[i] * (1.0 - share);
    grid[(at + 1) % size] += values[i] * share;
  }
  transform(grid);
  Spectrum powers{std::vector<double>(count), std::vector<double>(count)};
  for (std::size_t f = 0; f < count; ++f) {
    const double angle = std::numbers::pi * static_cast<double>(f + 1) / static_cast<double>(size);
    const double lost = std::pow(std::sin(angle) / angle, 4);
    powers.above[f] = std::norm(grid[f + 1]) / lost;
    powers.below[f] = std::norm(grid[size - f - 1]) / lost;
  }
  return powers;
}

}  // namespace nlsq::search
