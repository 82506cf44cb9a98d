// SPDX-License-Identifier: MIT
#include "fit/refine.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/triangle.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr int kMostSteps = 6;
constexpr double kLongest = 0.1;     // of a parameter's size: beyond, this is no end of a fit
constexpr double kShortest = 1e-12;  // rounding
constexpr double kEnough = 3e-8;     // the Jacobian is the same that close
constexpr double kSameCost = 1e-10;  // relative rise of the cost that is rounding
constexpr double kSingular = 1e-14;  // smallest scaled diagonal that is not rounding
constexpr double kTiny = std::numeric_limits<double>::min();

// The Gauss-Newton step from x; false where the problem is singular.
bool gauss_newton(const linalg::Summary& summary, linalg::Triangle& triangle,
                  std::span<double> norms, std::span<double> step) {
  linalg::column_norms(summary, norms);
  for (std::size_t j = 0; j < norms.size(); ++j) {
    if (norms[j] == 0.0) norms[j] = 1.0;
    step[j] = 1.0 / norms[j];
  }
  linalg::load_scaled(summary, step, triangle);
  if (linalg::min_diagonal(triangle) < kSingular) return false;
  linalg::solve(triangle, triangle.b);
  for (std::size_t j = 0; j < norms.size(); ++j) step[j] = -triangle.b[j] / norms[j];
  return true;
}

// The largest step relative to its parameter: its value, or what changes the residuals by as much
// as they are, if that is more.
double length_of(std::span<const double> step, std::span<const double> x,
                 std::span<const double> norms, double f) {
  double length = 0.0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double size = std::max({std::abs(x[j]), f / norms[j], kTiny});
    length = std::max(length, std::abs(step[j]) / size);
  }
  return length;
}

// Between the residuals and a column of the Jacobian.
double largest_cosine(const linalg::Summary& summary, std::span<const double> norms) {
  const double f = std::sqrt(summary.sum_f2);
  double largest = 0.0;
  for (std::size_t j = 0; j < norms.size() && f > 0.0; ++j) {
    largest = std::max(largest, std::abs(summary.g[j]) / (norms[j] * f));
  }
  return largest;
}

}  // namespace

bool refine(reduce::CallbackEvaluator& evaluator, std::span<const double> lower,
            std::span<const double> upper, bool at_end, solve::Outcome& outcome) {
  const std::size_t n = outcome.x.size();
  linalg::Triangle triangle;
  triangle.resize(static_cast<index_t>(n));
  linalg::Vector norms(n), step(n), trial(n);
  double last = kLongest;
  linalg::Summary summary;
  for (int steps = 0; steps < kMostSteps; ++steps) {
    evaluator.summary(outcome.x, solve::Grade::covariance, summary);
    if (!summary.finite) return steps > 0;
    outcome.summary = summary;
    const bool regular = gauss_newton(summary, triangle, norms, step);
    outcome.optimality = largest_cosine(summary, norms);
    if (last < kEnough || !regular) return true;
    const double length = length_of(step, outcome.x, norms, std::sqrt(summary.sum_f2));
    if (!(length > kShortest && length < last)) return true;
    for (std::size_t j = 0; j < n; ++j) {
      trial[j] = outcome.x[j] + step[j];
      if (trial[j] < lower[j] || trial[j] > upper[j]) return true;
    }
    const double cost = evaluator.cost(trial);
    ++outcome.nfev;
    if (!(cost <= summary.cost + kSameCost * summary.cost)) return true;
    outcome.x = trial;
    outcome.summary.cost = cost;
    outcome.summary.sum_f2 = 2.0 * cost;
    last = length;
    if (length < kEnough && !at_end) return true;
  }
  return true;
}

}  // namespace nlsq::fit_impl
