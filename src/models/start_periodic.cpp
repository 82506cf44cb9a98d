// SPDX-License-Identifier: MIT
// Starts of sines: the least squares periodogram with an offset (Ferraz-Mello 1981, Lomb 1976) for
// points at any distance, up to half of the mean rate of the points or 4,096 periods.
#include <algorithm>
#include <cmath>

#include "models/separable.hpp"
#include "models/start_rules.hpp"

namespace nlsq::models {
namespace {

constexpr double kTwoPi = 6.283185307179586;
constexpr std::size_t kMostPoints = 512;
constexpr std::size_t kMostFrequencies = 16384;
// A quarter of the width of a peak of the periodogram, so that none falls between.
constexpr double kStep = 0.25;

// Points of the scan turned from frequency to frequency: no sine a point and frequency.
class Scan {
 public:
  Scan(const Samples& s, double rate, double step) : samples_(s) {
    const double low = s.low();
    for (const double x : s.x) {
      const double angle = kTwoPi * step * (x - low);
      step_cos_.push_back(std::cos(angle));
      step_sin_.push_back(std::sin(angle));
      weight_.push_back(std::exp(-rate * (x - low)));
    }
    cos_.assign(s.size(), 1.0);
    sin_.assign(s.size(), 0.0);
    columns_.resize(3 * s.size());
  }

  // The sum of squares that is left at the next frequency.
  double next() {
    const std::size_t m = samples_.size();
    for (std::size_t i = 0; i < m; ++i) {
      const double c = cos_[i] * step_cos_[i] - sin_[i] * step_sin_[i];
      sin_[i] = cos_[i] * step_sin_[i] + sin_[i] * step_cos_[i];
      cos_[i] = c;
      columns_[i] = 1.0;
      columns_[m + i] = weight_[i] * sin_[i];
      columns_[2 * m + i] = weight_[i] * cos_[i];
    }
    fit_.solve(columns_, samples_.y);
    return fit_.rss();
  }

 private:
  const Samples& samples_;
  std::vector<double> step_cos_, step_sin_, weight_, cos_, sin_, columns_;
  LinearFit fit_;
};

// Frequency and rate of decay, improved; the linear coefficients are those of 1, sin and cos about
// the first point.
Found search_frequency(const Samples& all, const std::vector<double>& rates) {
  const Samples s = drawn(all, kMostPoints);
  const double step = kStep / all.range(), low = s.low();
  const auto count = std::clamp<std::size_t>(2 * all.size(), 8, kMostFrequencies);
  double best = INFINITY;
  std::vector<double> theta{step, rates[0]};
  for (const double rate : rates) {
    Scan scan(s, rate, step);
    for (std::size_t k = 1; k <= count; ++k) {
      const double rss = scan.next();
      if (!(rss < best)) continue;
      best = rss;
      theta = {step * static_cast<double>(k), rate};
    }
  }
  Search search(s, {3, [=](double x, const double* t, double* phi) {
                      const double angle = kTwoPi * t[0] * (x - low);
                      const double weight = std::exp(-t[1] * (x - low));
                      phi[0] = 1.0;
                      phi[1] = weight * std::sin(angle);
                      phi[2] = weight * std::cos(angle);
                    }});
  Axis frequency{{theta[0]}, false, 0.1 * step};
  Axis rate{{theta[1]}, true, 0.0};
  const bool is_damped = rates.size() > 1;
  return search.improved(search.at(theta), {frequency, rate}, {0.5 * step, is_damped ? 0.7 : 0.0});
}

// The phase at x = 0 from that at `low`, between −π and π.
double phase_of(const Found& f, double low) {
  const double at_low = std::atan2(f.linear[2], f.linear[1]);
  return std::remainder(at_low - kTwoPi * f.theta[0] * low, kTwoPi);
}

}  // namespace

Start start_sine(const Samples& s) {
  const Found f = search_frequency(s, {0.0});
  return {std::hypot(f.linear[1], f.linear[2]), f.theta[0], phase_of(f, s.low()), f.linear[0]};
}

Start start_damped_sine(const Samples& s) {
  const double range = s.range();
  const Found f = search_frequency(s, {0.5 / range, 3.0 / range, 12.0 / range, 40.0 / range});
  return {std::hypot(f.linear[1], f.linear[2]) * std::exp(f.theta[1] * s.low()), f.theta[1],
          f.theta[0], phase_of(f, s.low()), f.linear[0]};
}

}  // namespace nlsq::models
