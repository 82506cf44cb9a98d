// SPDX-License-Identifier: MIT
// Quotients are divided by what a parameter moved by, (p + h) − p, so that only the function's own
// error counts.
#include "engine/callback/differences.hpp"

#include <algorithm>
#include <cmath>

namespace nlsq {
namespace {

constexpr double kRounding = 1e-14;  // of where a parameter began

double plus(double x, double step) {
  const volatile double moved = x + step;  // rounded, whatever the compiler would simplify
  return moved;
}

double usual_size(const DifferenceRule& rule, double p, std::size_t j) {
  const bool central = rule.kind == Differences::three_point;
  const double root = central ? std::pow(rule.epsilon, 1.0 / 3.0) : std::pow(rule.epsilon, 0.5);
  const double sign = p >= 0.0 ? 1.0 : -1.0;
  const double usual = root * std::max(1.0, std::abs(p)) * sign;
  double size = usual;
  if (!rule.relative.empty()) {
    const double began = rule.start.empty() ? 0.0 : std::abs(rule.start[j]);
    const bool is_rounding = p != 0.0 && std::abs(p) <= kRounding * began;
    const double of = p == 0.0 ? rule.at_zero : is_rounding ? began : std::abs(p);
    const double given = rule.relative[j] * sign * std::max(rule.floor, of);
    if (plus(p, given) - p != 0.0) size = given;
  }
  return central ? std::abs(size) : size;
}

// Turned round or cut where a forward one leaves the bounds.
DifferenceStep forward_step(double step, double below, double above) {
  const double ahead = step >= 0.0 ? above : below, behind = step >= 0.0 ? below : above;
  const double size = std::abs(step);
  if (size <= ahead) return {step};
  if (size <= behind) return {-step};
  return {above >= below ? above : -below};
}

// One-sided where a central one leaves the bounds, central again if it had to be cut that far.
DifferenceStep central_step(double size, double below, double above) {
  const double nearest = std::min(below, above);
  if (size <= nearest) return {size, false};
  const double room = above >= below ? above : -below;
  const double cut = std::copysign(std::min(size, 0.5 * std::abs(room)), room);
  if (std::abs(cut) <= nearest) return {nearest, false};
  return {cut};
}

}  // namespace

DifferenceStep difference_step(const DifferenceRule& rule, double p, std::size_t j) {
  return engine::fit_into_bounds(rule, p, j, usual_size(rule, p, j));
}

index_t difference_jacobian(const DifferenceRule& rule, const ResidualFunction& function,
                            std::span<const double> p, std::span<const double> f,
                            std::span<double> jacobian) {
  const std::size_t n = p.size();
  std::vector<double> point(p.begin(), p.end()), work(2 * f.size());
  index_t calls = 0;
  for (std::size_t j = 0; j < n; ++j) {
    calls +=
        engine::difference_column(rule.kind, function, point, f, j, difference_step(rule, p[j], j),
                                  work, jacobian.data() + j, n);
  }
  return calls;
}

namespace engine {

DifferenceStep fit_into_bounds(const DifferenceRule& rule, double p, std::size_t j, double size) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double below = rule.lower.empty() ? kInfinity : p - rule.lower[j];
  const double above = rule.upper.empty() ? kInfinity : rule.upper[j] - p;
  return rule.kind == Differences::three_point ? central_step(std::abs(size), below, above)
                                               : forward_step(size, below, above);
}

index_t difference_column(Differences kind, const ResidualFunction& function,
                          std::span<double> point, std::span<const double> f, std::size_t j,
                          DifferenceStep step, std::span<double> work, double* column,
                          std::size_t stride) {
  const std::size_t m = f.size();
  const std::span<double> one = work.first(m), other = work.subspan(m, m);
  const bool central = kind == Differences::three_point;
  const bool middle = central && !step.one_sided;
  const double at = point[j];
  const double first = plus(at, middle ? -step.size : step.size);
  point[j] = first;
  function(point, one);
  if (!central) {
    const double moved = first - at;
    for (std::size_t i = 0; i < m; ++i) column[i * stride] = (one[i] - f[i]) / moved;
  } else {
    const double last = plus(at, middle ? step.size : 2.0 * step.size);
    const double moved = last - (middle ? first : at);
    point[j] = last;
    function(point, other);
    for (std::size_t i = 0; i < m; ++i) {
      const double change = middle ? other[i] - one[i] : 4.0 * one[i] - 3.0 * f[i] - other[i];
      column[i * stride] = change / moved;
    }
  }
  point[j] = at;
  return central ? 2 : 1;
}

}  // namespace engine
}  // namespace nlsq
