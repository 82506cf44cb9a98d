// SPDX-License-Identifier: MIT
#include "search/periodogram.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nlsq::search {
namespace {

constexpr double kOversampling = 4.0;
constexpr index_t kMostFrequencies = 8192;
constexpr index_t kMostWork = 1'500'000;  // frequencies × rows for a second look
constexpr std::size_t kPeaks = 3;         // of each look
constexpr int kLooks = 3;

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

std::vector<double> powers(std::span<const double> x, std::span<const double> y, double step,
                           std::size_t count) {
  const std::size_t n = x.size();
  std::vector<double> c(n), s(n), turn_c(n), turn_s(n);
  for (std::size_t i = 0; i < n; ++i) {
    c[i] = turn_c[i] = std::cos(step * x[i]);
    s[i] = turn_s[i] = std::sin(step * x[i]);
  }
  std::vector<double> power(count);
  for (std::size_t f = 0; f < count; ++f) {
    double re[4] = {}, im[4] = {};
    std::size_t i = 0;
    for (; i + 4 <= n; i += 4) {
      for (std::size_t k = 0; k < 4; ++k) {
        re[k] += y[i + k] * c[i + k];
        im[k] += y[i + k] * s[i + k];
      }
    }
    for (; i < n; ++i) re[0] += y[i] * c[i], im[0] += y[i] * s[i];
    const double a = (re[0] + re[1]) + (re[2] + re[3]), b = (im[0] + im[1]) + (im[2] + im[3]);
    power[f] = a * a + b * b;
    for (i = 0; i < n; ++i) {
      const double turned = c[i] * turn_c[i] - s[i] * turn_s[i];
      s[i] = s[i] * turn_c[i] + c[i] * turn_s[i];
      c[i] = turned;
    }
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

}  // namespace

std::vector<double> likely_frequencies(std::span<const double> given_x,
                                       std::span<const double> given_y, index_t all_rows) {
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
  const double wanted = 0.5 * kOversampling * static_cast<double>(std::max<index_t>(all_rows, 4));
  const auto count = static_cast<std::size_t>(
      std::min(wanted, static_cast<double>(kMostFrequencies)));
  std::vector<double> found;
  for (int look = 0; look < kLooks; ++look) {
    const std::vector<Peak> peaks = peaks_of(powers(x, y, step, count), step);
    if (peaks.empty()) break;
    for (std::size_t i = 0; i < peaks.size(); ++i) {
      if (look > 0 && i > 0) break;
      found.push_back(peaks[i].frequency / span);
      if (i == 0 && look < 2) found.push_back(peaks[i].frequency / span);  // twice as often
    }
    if (static_cast<index_t>(count * n) > kMostWork) break;
    std::vector<std::vector<double>> wave(2, std::vector<double>(n));
    for (std::size_t i = 0; i < n; ++i) {
      wave[0][i] = std::cos(peaks.front().frequency * x[i]);
      wave[1][i] = std::sin(peaks.front().frequency * x[i]);
    }
    take_off(std::move(wave), y);
  }
  return found;
}

}  // namespace nlsq::search
