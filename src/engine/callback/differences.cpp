// SPDX-License-Identifier: MIT
// Steps are made exactly representable (x + h − x), so that only the function's own error counts.
#include "engine/callback/differences.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nlsq::engine {
namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();

// The representable difference of x + h and x; volatile keeps the compiler from simplifying it
// away.
double representable(double x, double h) {
  const volatile double moved = x + h;
  return moved - x;
}

struct Steps {
  double first = 0.0, second = 0.0;  // second 0: one-sided
};

// Where to evaluate for parameter j: both sides if they fit, else two steps to the roomier side.
Steps choose_steps(const CallbackProblem& problem, double x, std::size_t j) {
  const double fallback = problem.three_point ? std::cbrt(kEps) : std::sqrt(kEps);
  const double relative = problem.relative_step.empty() ? fallback : problem.relative_step[j];
  double h = relative * std::max(1.0, std::fabs(x));
  const double up = problem.upper[j] - x, down = x - problem.lower[j];
  if (!problem.three_point) {
    if (x < 0.0 && problem.relative_step.empty()) h = -h;
    if (h > up || -h > down)
      h = up >= down ? std::min(std::fabs(h), up) : -std::min(std::fabs(h), down);
    return {representable(x, h), 0.0};
  }
  h = std::fabs(h);
  if (h <= up && h <= down) return {representable(x, h), representable(x, -h)};
  if (up >= down) {
    h = std::min(h, 0.5 * up);
    return {representable(x, h), representable(x, 2.0 * h)};
  }
  h = std::min(h, 0.5 * down);
  return {representable(x, -h), representable(x, -2.0 * h)};
}

void transpose(std::span<const double> rows, index_t m, index_t n, std::span<double> columns) {
  for (index_t i = 0; i < m; ++i) {
    for (index_t j = 0; j < n; ++j) {
      columns[static_cast<std::size_t>(i + j * m)] = rows[static_cast<std::size_t>(i * n + j)];
    }
  }
}

}  // namespace

index_t callback_jacobian(const CallbackProblem& problem, std::span<const double> p,
                          std::span<const double> f, std::span<double> jacobian) {
  const auto m = static_cast<std::size_t>(problem.m);
  const std::size_t n = p.size();
  if (problem.jacobian) {
    std::vector<double> rows(m * n);
    problem.jacobian(p, rows);
    transpose(rows, problem.m, static_cast<index_t>(n), jacobian);
    return 0;
  }
  std::vector<double> x(p.begin(), p.end()), f1(m), f2(m);
  index_t evaluations = 0;
  for (std::size_t j = 0; j < n; ++j) {
    const Steps steps = choose_steps(problem, p[j], j);
    double* column = jacobian.data() + j * m;
    x[j] = p[j] + steps.first;
    problem.residuals(x, f1);
    ++evaluations;
    if (steps.second == 0.0) {
      for (std::size_t i = 0; i < m; ++i) column[i] = (f1[i] - f[i]) / steps.first;
    } else {
      x[j] = p[j] + steps.second;
      problem.residuals(x, f2);
      ++evaluations;
      // The parabola through three points, for any two steps.
      const double a = steps.first, b = steps.second;
      for (std::size_t i = 0; i < m; ++i) {
        const double slope_a = (f1[i] - f[i]) / a, slope_b = (f2[i] - f[i]) / b;
        column[i] = (b * slope_a - a * slope_b) / (b - a);
      }
    }
    x[j] = p[j];
  }
  return evaluations;
}

}  // namespace nlsq::engine
