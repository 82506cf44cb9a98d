// SPDX-License-Identifier: MIT
#include "differences.hpp"

#include <algorithm>
#include <cmath>

namespace nlsq::python {
namespace {

// What SciPy takes before it looks at bounds.
double usual_step(const StepRule& rule, double x, std::size_t j) {
  const double sign = x >= 0.0 ? 1.0 : -1.0;
  const double usual = rule.root * std::max(1.0, std::abs(x)) * sign;
  double step = usual;
  if (!rule.relative.empty()) {
    const double given = rule.relative[j] * sign * std::abs(x);
    const volatile double moved = x + given;
    if (moved - x != 0.0) step = given;
  }
  return rule.central ? std::abs(step) : step;
}

struct Step {
  double size = 0;
  bool one_sided = true;
};

// Turned round or cut where a forward one leaves the bounds.
Step forward_step(double step, double below, double above) {
  const double ahead = step >= 0.0 ? above : below, behind = step >= 0.0 ? below : above;
  const double size = std::abs(step);
  if (size <= ahead) return {step};
  if (size <= behind) return {-step};
  return {above >= below ? above : -below};
}

// One-sided where a central one leaves the bounds, central again if it had to be cut that far.
Step central_step(double size, double below, double above) {
  const double nearest = std::min(below, above);
  if (size <= nearest) return {size, false};
  const double room = above >= below ? above : -below;
  const double cut = std::copysign(std::min(size, 0.5 * std::abs(room)), room);
  if (std::abs(cut) <= nearest) return {nearest, false};
  return {cut};
}

double plus(double x, double step) {
  const volatile double moved = x + step;  // rounded, whatever the compiler would simplify
  return moved;
}

}  // namespace

index_t difference_jacobian(const StepRule& rule, const Evaluate& function,
                            std::span<const double> x, std::span<const double> f,
                            std::span<double> jacobian) {
  const std::size_t n = x.size(), m = f.size();
  std::vector<double> point(x.begin(), x.end()), one(m), other(rule.central ? m : 0);
  for (std::size_t j = 0; j < n; ++j) {
    const double at = x[j], below = at - rule.lower[j], above = rule.upper[j] - at;
    const double usual = usual_step(rule, at, j);
    const Step step =
        rule.central ? central_step(usual, below, above) : forward_step(usual, below, above);
    const bool middle = !step.one_sided;
    point[j] = plus(at, middle ? -step.size : step.size);
    const double first = point[j];
    function(point, one);
    double* const column = jacobian.data() + j;
    if (!rule.central) {
      const double moved = first - at;
      for (std::size_t i = 0; i < m; ++i) column[i * n] = (one[i] - f[i]) / moved;
    } else {
      point[j] = plus(at, middle ? step.size : 2.0 * step.size);
      const double moved = point[j] - (middle ? first : at);
      function(point, other);
      for (std::size_t i = 0; i < m; ++i) {
        const double change = middle ? other[i] - one[i] : 4.0 * one[i] - 3.0 * f[i] - other[i];
        column[i * n] = change / moved;
      }
    }
    point[j] = at;
  }
  return static_cast<index_t>(rule.central ? 2 * n : n);
}

}  // namespace nlsq::python
