// SPDX-License-Identifier: MIT
// Coleman-Li scaling and reflective step selection, see coleman_li.hpp. Locals: q(t) = a t² + b t.
#include "solve/coleman_li.hpp"

#include <algorithm>
#include <cmath>

#include "solve/bounds.hpp"
#include "solve/stopping.hpp"

namespace nlsq::solve {
namespace {

constexpr double kReach = 3.0;

// The t in [low, high] that minimizes a t² + b t.
double minimize_parabola(double a, double b, double low, double high) {
  double best = a * low * low + b * low < a * high * high + b * high ? low : high;
  if (a > 0.0) {
    const double t = -0.5 * b / a;
    if (t > low && t < high) best = t;
  }
  return best;
}

// The t ≥ 0 with ‖s + t r‖ = radius for ‖s‖ ≤ radius.
double stride_to_radius(std::span<const double> s, std::span<const double> r, double radius) {
  const double a = linalg::dot(r, r);
  const double b = linalg::dot(s, r);
  const double c = std::min(linalg::dot(s, s) - radius * radius, 0.0);
  if (a == 0.0) return 0.0;
  const double root = std::sqrt(b * b - a * c);
  return b > 0.0 ? -c / (b + root) : (root - b) / a;
}

// A triangle's, through products with it.
class OfTriangle final : public Quadratic {
 public:
  OfTriangle(const linalg::Triangle& triangle, linalg::Vector& work, linalg::Vector& work2)
      : triangle_(&triangle), work_(&work), work2_(&work2) {}
  double product(std::span<const double> u, std::span<const double> v) override {
    linalg::multiply(*triangle_, u, *work_);
    if (u.data() == v.data()) return linalg::dot(*work_, *work_);
    linalg::multiply(*triangle_, v, *work2_);
    return linalg::dot(*work_, *work2_);
  }

 private:
  const linalg::Triangle* triangle_;
  linalg::Vector *work_, *work2_;
};

}  // namespace

void coleman_li(const State& state, std::span<double> d, std::span<double> c) {
  for (std::size_t j = 0; j < d.size(); ++j) {
    const double g = state.here->sum.g[j];
    const double scale = state.scale[j];
    const double distance = distance_downhill(state.here->x[j], g, state.lower[j], state.upper[j]);
    // The caller's scale says nothing about the length of a Gauss-Newton step.
    const double own =
        state.own_scales || state.column_norm[j] == 0.0 ? scale : 1.0 / state.column_norm[j];
    const double reach = kReach * std::abs(g) * own * own;
    const bool near = distance < reach;
    d[j] = near ? scale * std::sqrt(distance / reach) : scale;
    c[j] = near ? (scale / own) * (scale / own) / kReach : 0.0;
  }
}

ReflectiveStep::ReflectiveStep(index_t n) {
  for (auto* v : {&projected_, &reflected_, &descent_, &x_, &direction_, &work_, &work2_}) {
    v->resize(static_cast<std::size_t>(n));
  }
}

double ReflectiveStep::value(Quadratic& model, std::span<const double> g,
                             std::span<const double> p) {
  return linalg::dot(g, p) + 0.5 * model.product(p, p);
}

double ReflectiveStep::select(const State& state, const linalg::Triangle& model,
                              std::span<const double> d, std::span<const double> g,
                              std::span<double> p) {
  OfTriangle quadratic(model, work_, work2_);
  return select(state, quadratic, d, g, p);
}

void ReflectiveStep::to_x(std::span<const double> d, std::span<const double> p) {
  for (std::size_t j = 0; j < d.size(); ++j) direction_[j] = d[j] * p[j];
}

double ReflectiveStep::select(const State& state, Quadratic& model, std::span<const double> d,
                              std::span<const double> g, std::span<double> p) {
  const double theta = std::max(0.995, 1.0 - optimality(state));
  const double radius = std::max(state.radius, linalg::norm(p));
  const auto& x = state.here->x;

  // The step projected on the box, a little short of the bounds.
  for (std::size_t j = 0; j < p.size(); ++j) {
    const double low = theta * (state.lower[j] - x[j]), high = theta * (state.upper[j] - x[j]);
    projected_[j] = std::min(std::max(d[j] * p[j], low), high) / d[j];
  }
  const double projected_value = value(model, g, projected_);

  // Cut the step where it meets the box; reflect it in the bounds it hits.
  to_x(d, p);
  const double cut = stride_to_bound(x, direction_, state.lower, state.upper);
  for (std::size_t j = 0; j < p.size(); ++j) {
    const double bound = direction_[j] > 0.0 ? state.upper[j] : state.lower[j];
    const bool hit = direction_[j] != 0.0 && (bound - x[j]) / direction_[j] <= cut;
    reflected_[j] = hit ? -p[j] : p[j];
    p[j] *= cut;
    x_[j] = hit ? bound : x[j] + cut * direction_[j];
  }

  // The best point of the reflected path.
  double best_value = kInfinity;
  const double to_radius = stride_to_radius(p, reflected_, radius);
  to_x(d, reflected_);
  const double to_bound = stride_to_bound(x_, direction_, state.lower, state.upper);
  const double stride = std::min(to_bound, to_radius);
  if (stride > 0.0) {
    const double low = (1.0 - theta) * cut / stride;
    const double high = to_bound <= to_radius ? theta * to_bound : to_radius;
    if (low <= high) {
      const double a = 0.5 * model.product(reflected_, reflected_);
      const double b = linalg::dot(g, reflected_) + model.product(reflected_, p);
      const double t = minimize_parabola(a, b, low, high);
      for (std::size_t j = 0; j < p.size(); ++j) reflected_[j] = p[j] + t * reflected_[j];
      best_value = value(model, g, reflected_);
    }
  }

  // The cut step, a little short of the bound.
  for (double& value_j : p) value_j *= theta;
  const double cut_value = value(model, g, p);
  if (cut_value <= best_value) {
    best_value = cut_value;
  } else {
    std::copy(reflected_.begin(), reflected_.end(), p.begin());
  }

  if (projected_value < best_value) {
    best_value = projected_value;
    std::copy(projected_.begin(), projected_.end(), p.begin());
  }

  // Steepest descent.
  for (std::size_t j = 0; j < p.size(); ++j) descent_[j] = -g[j];
  const double g_length = linalg::norm(g);
  if (g_length > 0.0) {
    to_x(d, descent_);
    const double reach = stride_to_bound(x, direction_, state.lower, state.upper);
    const double limit = std::min(theta * reach, radius / g_length);
    const double t = minimize_parabola(0.5 * model.product(descent_, descent_),
                                       -g_length * g_length, 0.0, limit);
    for (double& value_j : descent_) value_j *= t;
    const double descent_value = value(model, g, descent_);
    if (descent_value < best_value) {
      best_value = descent_value;
      std::copy(descent_.begin(), descent_.end(), p.begin());
    }
  }
  return -best_value;
}

}  // namespace nlsq::solve
