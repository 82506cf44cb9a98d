// SPDX-License-Identifier: MIT
#include "search/periodogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

namespace nlsq::search {
namespace {

constexpr double kOversampling = 4.0;
constexpr double kMostFrequencies = 16384;
constexpr double kIrregular = 8.0;  // times the usual limit where rows are not evenly spaced
constexpr double kFewRows = 1024;
constexpr std::size_t kPeaks = 3;  // of each look
constexpr index_t kMostLooks = 4;

struct Peak {
  double frequency, power;
};

// Takes the best combination of some columns off y.
void take_off(std::vector<std::vector<double>> columns, std::vector<double>& y) {
  for (std::size_t j = 0; j < columns.size(); ++j) {
    std::vector<double>& column = columns[j];
    double square = 0.0;
    for (const double v : column) square += v * v;
    if (!(square > 1e-12)) continue;
    const double scale = 1.0 / std::sqrt(square);
    for (double& v : column) v *= scale;
    const auto remove_from = [&](std::vector<double>& other) {
      double part = 0.0;
      for (std::size_t i = 0; i < other.size(); ++i) part += column[i] * other[i];
      for (std::size_t i = 0; i < other.size(); ++i) other[i] -= part * column[i];
    };
    for (std::size_t l = j + 1; l < columns.size(); ++l) remove_from(columns[l]);
    remove_from(y);
  }
}

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

// |Σ y exp(i·step·f·x)|² for f = 1 … count, x within [−½, ½]: values are spread linearly on a grid
// of four points a period of the highest frequency, and what that costs is given back (Press and
// Rybicki 1989).
std::vector<double> powers(std::span<const double> x, std::span<const double> y,
                           std::size_t count) {
  const std::size_t size = std::bit_ceil(4 * count);
  std::vector<std::complex<double>> grid(size);
  const double scale = static_cast<double>(size) / kOversampling;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double place = (x[i] + 0.5) * scale;
    const auto at = static_cast<std::size_t>(place);
    const double share = place - static_cast<double>(at);
    grid[at % size] += y[i] * (1.0 - share);
    grid[(at + 1) % size] += y[i] * share;
  }
  transform(grid);
  std::vector<double> power(count);
  for (std::size_t f = 0; f < count; ++f) {
    const double angle = std::numbers::pi * static_cast<double>(f + 1) / static_cast<double>(size);
    const double lost = std::sin(angle) / angle;
    power[f] = std::norm(grid[f + 1]) / (lost * lost * lost * lost);
  }
  return power;
}

std::vector<Peak> peaks_of(const std::vector<double>& power, double step) {
  std::vector<Peak> peaks;
  for (std::size_t f = 0; f < power.size(); ++f) {
    const bool rises = f == 0 || power[f] > power[f - 1];
    const bool falls = f + 1 == power.size() || power[f] >= power[f + 1];
    if (rises && falls && power[f] > 0.0)
      peaks.push_back({step * static_cast<double>(f + 1), power[f]});
  }
  std::stable_sort(peaks.begin(), peaks.end(),
                   [](const Peak& a, const Peak& b) { return a.power > b.power; });
  if (peaks.size() > kPeaks) peaks.resize(kPeaks);
  return peaks;
}

bool is_even(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  x.erase(std::unique(x.begin(), x.end()), x.end());
  std::vector<double> steps;
  for (std::size_t i = 1; i < x.size(); ++i) steps.push_back(x[i] - x[i - 1]);
  if (steps.size() < 2) return true;
  std::vector<double> sorted(steps);
  std::sort(sorted.begin(), sorted.end());
  const double median = sorted[sorted.size() / 2];
  const auto near = std::count_if(steps.begin(), steps.end(), [&](double d) {
    const double periods = d / median;
    return std::abs(periods - std::round(periods)) < 0.1 && periods > 0.5;
  });
  return 10 * near > 8 * static_cast<std::ptrdiff_t>(steps.size());
}

}  // namespace

std::vector<double> likely_frequencies(std::span<const double> given_x,
                                       std::span<const double> given_y, index_t all_rows,
                                       index_t waves) {
  const std::size_t n = given_x.size();
  if (n < 4) return {};
  const auto [low, high] = std::minmax_element(given_x.begin(), given_x.end());
  const double span = *high - *low, middle = *low + 0.5 * span;
  if (!(span > 0.0) || !std::isfinite(span)) return {};
  std::vector<double> x(n), y(given_y.begin(), given_y.end());
  std::vector<std::vector<double>> trend(3, std::vector<double>(n, 1.0));
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = (given_x[i] - middle) / span;
    trend[1][i] = x[i];
    trend[2][i] = x[i] * x[i];
  }
  double most = 0.0;
  for (const double v : y) most = std::max(most, std::abs(v));
  if (!(most > 0.0)) return {};
  for (double& v : y) v /= most;
  take_off(std::move(trend), y);

  const double step = 2.0 * std::numbers::pi / kOversampling;
  const double usual = 0.5 * kOversampling * static_cast<double>(std::max<index_t>(all_rows, 4));
  const bool extends = static_cast<double>(n) <= kFewRows && !is_even(x);
  const auto count =
      static_cast<std::size_t>(std::min(extends ? kIrregular * usual : usual, kMostFrequencies));
  std::vector<double> found;
  const index_t looks = waves > 1 ? std::min(waves + 1, kMostLooks) : 1;
  for (index_t look = 0; look < looks; ++look) {
    const std::vector<Peak> peaks = peaks_of(powers(x, y, count), step);
    if (peaks.empty()) break;
    for (std::size_t i = 0; i < peaks.size(); ++i) {
      if (look > 0 && i > 0) break;
      found.push_back(peaks[i].frequency / span);
      if (i == 0 && look < 2) found.push_back(peaks[i].frequency / span);  // twice as often
    }
    std::vector<std::vector<double>> wave(2, std::vector<double>(n));
    for (std::size_t i = 0; i < n; ++i) {
      wave[0][i] = std::cos(peaks.front().frequency * x[i]);
      wave[1][i] = std::sin(peaks.front().frequency * x[i]);
    }
    take_off(std::move(wave), y);
  }
  // Beats: the difference of two waves is a frequency of its own.
  std::vector<double> apart;
  for (const double a : found) {
    for (const double b : found) {
      const bool is_new = a > b && std::find(apart.begin(), apart.end(), a - b) == apart.end();
      if (is_new && apart.size() < kPeaks) apart.push_back(a - b);
    }
  }
  found.insert(found.end(), apart.begin(), apart.end());
  return found;
}

}  // namespace nlsq::search
