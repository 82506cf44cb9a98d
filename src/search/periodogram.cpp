// SPDX-License-Identifier: MIT
#include "search/periodogram.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <optional>

#include "search/spectrum.hpp"

namespace nlsq::search {
namespace {

constexpr double kOversampling = 4.0;
constexpr double kMostFrequencies = 16384;
constexpr double kIrregular = 8.0;  // times the usual limit where rows are not evenly spaced
constexpr double kFewRows = 1024;
constexpr double kRateStep = 1.0;  // of a chirp, periods over the data
constexpr double kMostRates = 128.0;
constexpr double kMostChirpFrequencies = 2048.0;
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

std::vector<double> powers(std::span<const double> x, std::span<const double> y,
                           std::size_t count) {
  std::vector<std::complex<double>> values(y.begin(), y.end());
  return spectrum(x, values, count, kOversampling).above;
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

namespace {

// The abscissa within [−½, ½], and what a parabola leaves of the response.
struct Curve {
  std::vector<double> x, y;
  double span;
};

std::optional<Curve> detrended(std::span<const double> given_x, std::span<const double> given_y) {
  const std::size_t n = given_x.size();
  if (n < 4) return std::nullopt;
  const auto [low, high] = std::minmax_element(given_x.begin(), given_x.end());
  const double span = *high - *low, middle = *low + 0.5 * span;
  if (!(span > 0.0) || !std::isfinite(span)) return std::nullopt;
  Curve curve{std::vector<double>(n), {given_y.begin(), given_y.end()}, span};
  std::vector<std::vector<double>> trend(3, std::vector<double>(n, 1.0));
  for (std::size_t i = 0; i < n; ++i) {
    curve.x[i] = (given_x[i] - middle) / span;
    trend[1][i] = curve.x[i];
    trend[2][i] = curve.x[i] * curve.x[i];
  }
  double most = 0.0;
  for (const double v : curve.y) most = std::max(most, std::abs(v));
  if (!(most > 0.0)) return std::nullopt;
  for (double& v : curve.y) v /= most;
  take_off(std::move(trend), curve.y);
  return curve;
}

}  // namespace

Chirps likely_chirps(std::span<const double> given_x, std::span<const double> z,
                     std::span<const double> given_y, index_t all_rows) {
  const std::optional<Curve> curve = detrended(given_x, given_y);
  if (!curve) return {};
  const auto [low, high] = std::minmax_element(z.begin(), z.end());
  const double span = *high - *low;
  double along = 0.0;  // of z's deviation from a multiple of x
  const auto most = std::max_element(given_x.begin(), given_x.end(),
                                     [](double a, double b) { return std::abs(a) < std::abs(b); }) -
                    given_x.begin();
  const double slope = z[static_cast<std::size_t>(most)] / given_x[static_cast<std::size_t>(most)];
  for (std::size_t i = 0; i < z.size(); ++i)
    along = std::max(along, std::abs(z[i] - slope * given_x[i]));
  if (!(span > 0.0) || !std::isfinite(span) || !(along > 1e-6 * span)) return {};
  const double rows = static_cast<double>(std::max<index_t>(all_rows, 4));
  const auto count =
      static_cast<std::size_t>(std::min(0.5 * kOversampling * rows, kMostChirpFrequencies));
  const double step = kRateStep * 2.0 * std::numbers::pi / span;
  const auto rates = static_cast<std::size_t>(std::min(0.25 * rows / kRateStep, kMostRates));
  struct Pair {
    double power, frequency, rate;
  };
  std::vector<Pair> pairs;
  std::vector<std::complex<double>> turned(z.size());
  const double unit = 2.0 * std::numbers::pi / kOversampling / curve->span;
  for (std::size_t r = 0; r <= rates; ++r) {
    const double rate = step * static_cast<double>(r);
    for (std::size_t i = 0; i < z.size(); ++i)
      turned[i] = curve->y[i] * std::polar(1.0, rate * (z[i] - *low));
    const Spectrum powers = spectrum(curve->x, turned, count, kOversampling);
    const auto add = [&](const std::vector<double>& of, double sign) {
      const auto top = std::max_element(of.begin(), of.end());
      pairs.push_back({*top, sign * unit * static_cast<double>(top - of.begin() + 1), rate});
    };
    add(powers.above, 1.0);
    add(powers.below, -1.0);
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Pair& a, const Pair& b) { return a.power > b.power; });
  Chirps found;
  for (std::size_t i = 0; i < std::min(pairs.size(), kPeaks); ++i) {
    const double sign = pairs[i].frequency < 0.0 ? -1.0 : 1.0;  // the same wave, backwards
    for (std::size_t times = i; times < kPeaks; ++times) {      // the best one most often
      found.frequencies.push_back(sign * pairs[i].frequency);
      found.rates.push_back(sign * pairs[i].rate);
    }
  }
  return found;
}

std::vector<double> likely_frequencies(std::span<const double> given_x,
                                       std::span<const double> given_y, index_t all_rows,
                                       index_t waves) {
  const std::optional<Curve> curve = detrended(given_x, given_y);
  if (!curve) return {};
  const std::vector<double>& x = curve->x;
  std::vector<double> y = curve->y;
  const std::size_t n = x.size();
  const double span = curve->span;
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
  for (const double difference : apart) found.push_back(difference);
  return found;
}

}  // namespace nlsq::search
