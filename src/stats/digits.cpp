// SPDX-License-Identifier: MIT
#include "stats/digits.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <vector>

namespace nlsq::stats {
namespace {

constexpr double kCoarse = 2.5;      // steps beyond so many standard deviations of the residuals
constexpr double kOnGrid = 1e-6;     // of a step, by which a value may miss it
constexpr double kRounding = 1e-13;  // of the largest value: what arithmetic leaves

// Significant digits of the shortest decimal that reads back as the value.
int digits_of(double value) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof(text), value, std::chars_format::scientific).ptr;
  int digits = 0;
  for (const char* at = text; at != end && *at != 'e'; ++at) digits += *at >= '0' && *at <= '9';
  return digits;
}

int exponent_of(double value) { return static_cast<int>(std::floor(std::log10(std::abs(value)))); }

// Decimal steps of each value: those of the last place that any of them uses, and of the most
// significant digits.
std::vector<double> decimal_steps(std::span<const double> y) {
  int most = 1, last = 400;
  std::vector<int> exponents(y.size(), -400);
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (y[i] == 0.0) continue;
    exponents[i] = exponent_of(y[i]);
    const int digits = digits_of(y[i]);
    most = std::max(most, digits);
    last = std::min(last, exponents[i] - digits + 1);
  }
  std::vector<double> steps(y.size());
  for (std::size_t i = 0; i < y.size(); ++i)
    steps[i] = std::pow(10.0, std::max(last, exponents[i] - most + 1));
  return steps;
}

// The least difference of two values if all are on a grid of it, else 0.
double grid_step(std::span<const double> y) {
  std::vector<double> sorted(y.begin(), y.end());
  std::sort(sorted.begin(), sorted.end());
  double step = 0.0;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const double apart = sorted[i] - sorted[i - 1];
    if (apart > kRounding * std::abs(sorted[i]) && (step == 0.0 || apart < step)) step = apart;
  }
  if (step == 0.0) return 0.0;
  for (const double value : sorted) {
    const double at = (value - sorted.front()) / step;
    if (std::abs(at - std::round(at)) > kOnGrid * std::max(1.0, at)) return 0.0;
  }
  return step;
}

}  // namespace

bool are_digits(std::span<const double> y, std::span<const double> r) {
  double largest = 0.0, square = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    largest = std::max(largest, std::abs(y[i]));
    square += r[i] * r[i];
  }
  const double size = std::sqrt(square / static_cast<double>(y.size()));
  if (size <= kRounding * largest) return true;
  if (grid_step(y) > kCoarse * size) return true;
  const std::vector<double> steps = decimal_steps(y);
  double in_steps = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) in_steps += (r[i] / steps[i]) * (r[i] / steps[i]);
  return in_steps * kCoarse * kCoarse < static_cast<double>(y.size());
}

}  // namespace nlsq::stats
