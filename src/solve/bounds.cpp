// SPDX-License-Identifier: MIT
// Box geometry, see bounds.hpp.
#include "solve/bounds.hpp"

#include <algorithm>
#include <cmath>

namespace nlsq::solve {

bool inside(std::span<const double> x, std::span<const double> lower,
            std::span<const double> upper) {
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (!(x[j] >= lower[j] && x[j] <= upper[j])) return false;
  }
  return true;
}

bool any_finite(std::span<const double> lower, std::span<const double> upper) {
  for (std::size_t j = 0; j < lower.size(); ++j) {
    if (std::isfinite(lower[j]) || std::isfinite(upper[j])) return true;
  }
  return false;
}

double stride_to_bound(std::span<const double> x, std::span<const double> direction,
                       std::span<const double> lower, std::span<const double> upper) {
  double stride = kInfinity;
  for (std::size_t j = 0; j < x.size(); ++j) {
    if (direction[j] > 0.0) stride = std::min(stride, (upper[j] - x[j]) / direction[j]);
    if (direction[j] < 0.0) stride = std::min(stride, (lower[j] - x[j]) / direction[j]);
  }
  return std::max(stride, 0.0);
}

void make_strictly_inside(std::span<double> x, std::span<const double> lower,
                          std::span<const double> upper, double relative) {
  const auto gap = [relative](double bound, double other) {
    if (bound != 0.0) return relative * std::abs(bound);
    return relative * (std::isfinite(other) ? std::abs(other) : 1.0);
  };
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double lo = lower[j];
    const double hi = upper[j];
    if (std::isfinite(lo) && x[j] - lo <= relative * std::abs(lo)) {
      x[j] = relative > 0.0 ? lo + gap(lo, hi) : std::nextafter(lo, kInfinity);
    } else if (std::isfinite(hi) && hi - x[j] <= relative * std::abs(hi)) {
      x[j] = relative > 0.0 ? hi - gap(hi, lo) : std::nextafter(hi, -kInfinity);
    }
    if (!(x[j] > lo && x[j] < hi)) x[j] = lo + 0.5 * (hi - lo);
  }
}

void clip(std::span<double> x, std::span<const double> lower, std::span<const double> upper) {
  for (std::size_t j = 0; j < x.size(); ++j) x[j] = std::min(std::max(x[j], lower[j]), upper[j]);
}

double distance_downhill(double x, double g, double lower, double upper) {
  if (g < 0.0) return upper - x;
  if (g > 0.0) return x - lower;
  return kInfinity;
}

}  // namespace nlsq::solve
