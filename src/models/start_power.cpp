// SPDX-License-Identifier: MIT
// Starts of laws that are straight lines in logarithms: exponents on a grid about the slope of that
// line, the factor by least squares in the units of y, where noise near zero does no harm.
#include <algorithm>
#include <cmath>

#include "models/separable.hpp"
#include "models/start_rules.hpp"

namespace nlsq::models {
namespace {

constexpr std::size_t kMostPoints = 128;
constexpr double kGasConstant = 8.31446261815324;  // J/(mol K), exact since 2019

// y = c·exp(θ·u(x)), u in units in which θ is of the order of 1. Returns ln c and θ. c may not be
// negative.
struct Law {
  double log_factor, theta;
};

Law exponential_of(Samples s, const std::vector<double>& u) {
  const auto [lowest, highest] = std::minmax_element(u.begin(), u.end());
  const double low = *lowest, high = *highest;
  s.x = u;
  // Every value of the basis is at most 1.
  const auto reference = [=](double theta) { return theta > 0.0 ? high : low; };
  Search search(s, {1,
                    [=](double x, const double* t, double* phi) {
                      *phi = std::exp(t[0] * (x - reference(t[0])));
                    },
                    0});
  Axis exponents = even_axis(-12.0, 12.0, 49);
  const double length = high - low > 0.0 && std::isfinite(high - low) ? high - low : 1.0;
  for (double& value : exponents.values) value /= std::min(length, 3.0);
  for (const double far : {16.0, 24.0, 36.0, 54.0, 80.0}) {
    exponents.values.push_back(far / length);
    exponents.values.push_back(-far / length);
  }
  std::sort(exponents.values.begin(), exponents.values.end());
  const Found f = search.best({exponents});
  return {std::log(f.linear[0]) - f.theta[0] * reference(f.theta[0]), f.theta[0]};
}

}  // namespace

Start start_power_law(const Samples& all) {
  const Samples s = averaged(positive(all), kMostPoints);
  if (s.size() == 0) return {};
  std::vector<double> u;
  for (const double x : s.x) u.push_back(std::log(x));
  const Law law = exponential_of(s, u);
  return {std::exp(law.log_factor), law.theta};
}

// u = 1/T less its mean, in units of its range.
Start start_arrhenius(const Samples& all) {
  const Samples s = averaged(positive(all), kMostPoints);
  if (s.size() == 0) return {};
  const double from = 1.0 / s.high(), range = std::max(1.0 / s.low() - from, 1e-3 * from);
  std::vector<double> u;
  for (const double x : s.x) u.push_back((1.0 / x - from) / range);
  const Law law = exponential_of(s, u);
  return {std::exp(law.log_factor - law.theta * from / range), -law.theta / range * kGasConstant};
}

}  // namespace nlsq::models
