// SPDX-License-Identifier: MIT
// Modified Gram-Schmidt with y as the last column, which is as accurate as Householder's method
// (Björck 1967, Solving linear least squares problems by Gram-Schmidt orthogonalization).
#include "models/linear_fit.hpp"

#include <cmath>
#include <limits>
#include <numeric>

namespace nlsq::models {
namespace {

// What orthogonalization leaves of a dependent column is rounding.
constexpr double kDependent = 1e-10;

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

void subtract(std::span<double> a, double factor, std::span<const double> q) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= factor * q[i];
}

}  // namespace

void LinearFit::solve(std::span<double> columns, std::span<const double> y) {
  const std::size_t m = y.size(), n = m > 0 ? columns.size() / m : 0;
  coefficients_.assign(n, 0.0);
  residual_.assign(y.begin(), y.end());
  triangle_.assign(n * n, 0.0);
  for (std::size_t j = 0; j < n; ++j) {
    const std::span<double> a = columns.subspan(j * m, m);
    const double length = std::sqrt(dot(a, a));
    for (std::size_t i = 0; i < j; ++i) {
      const std::span<const double> q = columns.subspan(i * m, m);
      triangle_[i * n + j] = dot(q, a);
      subtract(a, triangle_[i * n + j], q);
    }
    const double rest = std::sqrt(dot(a, a));
    const bool is_independent = rest > kDependent * length;
    triangle_[j * n + j] = is_independent ? rest : 0.0;
    for (double& value : a) value = is_independent ? value / rest : 0.0;
    coefficients_[j] = dot(a, residual_);
    subtract(residual_, coefficients_[j], a);
    // A column that is not finite must not pass for a dependent one.
    if (!std::isfinite(length)) coefficients_[j] = residual_[0] = NAN;
  }
  for (std::size_t j = n; j-- > 0;) {
    for (std::size_t i = j + 1; i < n; ++i)
      coefficients_[j] -= triangle_[j * n + i] * coefficients_[i];
    coefficients_[j] = triangle_[j * n + j] > 0.0 ? coefficients_[j] / triangle_[j * n + j] : 0.0;
  }
  rss_ = dot(residual_, residual_);
  if (!std::isfinite(rss_)) rss_ = std::numeric_limits<double>::infinity();
}

}  // namespace nlsq::models
