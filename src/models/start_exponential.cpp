// SPDX-License-Identifier: MIT
// Starts of exponentials: rates on a grid from "hardly bent over the whole range" to "gone within
// the first three points", amplitudes and offset by least squares.
#include <algorithm>
#include <cmath>

#include "models/separable.hpp"
#include "models/start_rules.hpp"

namespace nlsq::models {
namespace {

constexpr std::size_t kMostPoints = 128;

// From the side where the curve is steep, over three points.
double shortest_time(const Samples& s, bool at_the_end) {
  const std::size_t n = s.size(), third = std::min<std::size_t>(2, n - 1);
  const double time = at_the_end ? s.high() - s.x[n - 1 - third] : s.x[third] - s.low();
  return std::clamp(time, 1e-6 * s.range(), s.range());
}

Axis rates(const Samples& s, bool at_the_end, double slowest, int count) {
  return log_axis(slowest / s.range(), 5.0 / shortest_time(s, at_the_end), count);
}

}  // namespace

Start start_exponential_decay(const Samples& all) {
  const Samples s = averaged(all, kMostPoints);
  const double low = s.low();
  Search search(s, {2, [=](double x, const double* t, double* phi) {
                      phi[0] = std::exp(-t[0] * (x - low));
                      phi[1] = 1.0;
                    }});
  const Found f = search.best({rates(s, false, 0.02, 40)});
  return {f.linear[0] * std::exp(f.theta[0] * low), f.theta[0], f.linear[1]};
}

Start start_exponential_growth(const Samples& all) {
  const Samples s = averaged(all, kMostPoints);
  const double high = s.high();
  Search search(s, {2,
                    [=](double x, const double* t, double* phi) {
                      phi[0] = std::exp(t[0] * (x - high));
                      phi[1] = 1.0;
                    },
                    0});
  const Found f = search.best({rates(s, true, 0.02, 40)});
  return {f.linear[0] * std::exp(-f.theta[0] * high), f.theta[0], f.linear[1]};
}

// The first rate is the faster one.
Start start_double_exponential(const Samples& all) {
  const Samples s = averaged(all, kMostPoints);
  const double low = s.low();
  Search search(s, {3, [=](double x, const double* t, double* phi) {
                      phi[0] = t[0] > t[1] ? std::exp(-t[0] * (x - low)) : NAN;
                      phi[1] = std::exp(-t[1] * (x - low));
                      phi[2] = 1.0;
                    }});
  const Axis axis = rates(s, false, 0.1, 16);
  const Found f = search.best({axis, axis});
  return {f.linear[0] * std::exp(f.theta[0] * low), f.theta[0],
          f.linear[1] * std::exp(f.theta[1] * low), f.theta[1], f.linear[2]};
}

Start start_stretched_exponential(const Samples& all) {
  const Samples s = averaged(positive(all, true), kMostPoints);
  if (s.size() == 0) return {};
  Search search(s, {2, [](double x, const double* t, double* phi) {
                      phi[0] = std::exp(-std::pow(x / t[0], t[1]));
                      phi[1] = 1.0;
                    }});
  const Found f = search.best(
      {log_axis(0.3 * shortest_time(s, false), 5.0 * s.range(), 16), log_axis(0.2, 4.0, 9)});
  return {f.linear[0], f.theta[0], f.theta[1], f.linear[1]};
}

}  // namespace nlsq::models
