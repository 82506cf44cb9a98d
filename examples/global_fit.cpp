// SPDX-License-Identifier: MIT
// Two data sets, one of them with outliers, that share a rate constant; then any function with
// least_squares.
#include <cmath>
#include <cstdio>
#include <vector>

#include "nlsq/nlsq.hpp"

int main() {
  std::vector<double> t, rise, fall;
  for (int i = 0; i < 60; ++i) {
    t.push_back(0.1 * i);
    const double wobble = 0.01 * std::sin(37.0 * i);
    rise.push_back(2.0 * (1 - std::exp(-0.8 * t.back())) + wobble);
    fall.push_back(1.5 * std::exp(-0.8 * t.back()) - wobble + (i % 17 == 5 ? 1.0 : 0.0));
  }
  nlsq::Dataset first, second;
  first.column("t", t).response(rise);
  second.column("t", t).response(fall);
  const nlsq::FitResult fit = nlsq::fit({
      {nlsq::Model::parse("top*(1 - exp(-k*t))", {"t"}), first, {}, {}},
      {nlsq::Model::parse("start*exp(-k*t)", {"t"}), second, nlsq::Loss::soft_l1, 0.02},
  });
  std::printf("%s\n", fit.report().c_str());

  // Where three circles meet, nearly: distances as residuals.
  const double start[] = {0.0, 0.0};
  const nlsq::FitResult point = nlsq::least_squares(
      [](std::span<const double> p, std::span<double> f) {
        const double x[] = {0, 4, 0}, y[] = {0, 0, 3}, r[] = {2.5, 2.5, 2.6};
        for (std::size_t i = 0; i < 3; ++i) f[i] = std::hypot(p[0] - x[i], p[1] - y[i]) - r[i];
      },
      3, start);
  std::printf("they meet at (%.3f, %.3f)\n", point.popt[0], point.popt[1]);
  return fit.success && std::fabs(fit.popt[1] - 0.8) < 0.01 && point.success ? 0 : 1;
}
