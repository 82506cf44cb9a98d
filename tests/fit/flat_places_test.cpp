// SPDX-License-Identifier: MIT
// Called functions that are flat where a fit starts, or beyond where they are meant: steps do not
// go where differences show nothing, nor stay where no parameter has an effect.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "nlsq/least_squares.hpp"

namespace nlsq::test {
namespace {

constexpr index_t kRows = 50;

double x_of(index_t i) { return 0.3 + 0.2 * static_cast<double>(i); }

TEST(FlatPlaces, AFirstStepIsNoMoreThanAHundredTimesTheStart) {
  // A box by a sine, at its edge: the column is next to 0, and says that any step is short.
  double farthest = 0.0;
  const ResidualFunction fun = [&](std::span<const double> u, std::span<double> f) {
    farthest = std::max(farthest, std::abs(u[0]));
    const double b = 1.0 + 0.03 * std::sin(u[0]);
    for (index_t i = 0; i < kRows; ++i)
      f[static_cast<std::size_t>(i)] = b - 0.8 + 0.5 * std::cos(x_of(i));
  };
  LeastSquaresOptions options;
  options.method = Method::lm;
  options.diff_step = {1e-5};
  options.diff_step_floor = 0.0;
  const double start[] = {1.5707953};
  const FitResult limited = least_squares(fun, kRows, start, options);
  EXPECT_LE(farthest, 500.0);
  farthest = 0.0;
  options.first_step = 1e9;
  least_squares(fun, kRows, start, options);
  EXPECT_GT(farthest, 1000.0);
  EXPECT_TRUE(limited.success);
}

TEST(FlatPlaces, NoFitEndsBeyondTheDomainOfItsModel) {
  // A power law that is 0 where its break is negative, which is less than the start is off.
  const auto value = [](std::span<const double> p, double x) {
    return p[1] > 0.0 ? p[0] * std::pow(x / p[1], p[2]) : 0.0;
  };
  std::vector<double> y;
  for (index_t i = 0; i < kRows; ++i) y.push_back(0.01 * std::exp(-x_of(i)));
  for (const Method method : {Method::lm, Method::trf, Method::dogbox}) {
    const FitResult r = least_squares(
        [&](std::span<const double> p, std::span<double> f) {
          for (index_t i = 0; i < kRows; ++i)
            f[static_cast<std::size_t>(i)] = value(p, x_of(i)) - y[static_cast<std::size_t>(i)];
        },
        kRows, std::vector<double>{1.0, 0.5, -3.0},
        [&] {
          LeastSquaresOptions options;
          options.method = method;
          options.x_scale = {1.0, 1.0, 1.0};
          return options;
        }());
    double nothing = 0.0;
    for (const double v : y) nothing += 0.5 * v * v;
    EXPECT_GT(r.popt[1], 0.0) << r.method;
    EXPECT_LT(r.cost, nothing) << r.method;
  }
}

TEST(FlatPlaces, AGivenStepOfAParameterAt0IsMeantOfThatSize) {
  std::vector<double> seen;
  const ResidualFunction fun = [&](std::span<const double> p, std::span<double> f) {
    seen.push_back(p[0]);
    f[0] = p[0] - 1.0, f[1] = 0.5;
  };
  LeastSquaresOptions options;
  options.method = Method::lm;
  options.diff_step = {1e-4};
  options.diff_step_floor = 0.0;
  const double start[] = {0.0};
  least_squares(fun, 2, start, options);
  EXPECT_EQ(std::ranges::count(seen, 1e-4), 0);
  options.diff_step_at_zero = 1.0;
  least_squares(fun, 2, start, options);
  EXPECT_EQ(std::ranges::count(seen, 1e-4), 1);
}

}  // namespace
}  // namespace nlsq::test
