// SPDX-License-Identifier: MIT
// Dogleg in a rectangular trust region: Voglis & Lagaris (2004), "A rectangular trust region dogleg
// approach for unconstrained and bound constrained nonlinear optimization", as SciPy's dogbox
// organises it. Parameters on a bound with the gradient pushing outwards are fixed for one step; on
// the others the dogleg runs from the Cauchy point to the Gauss-Newton point, cut where it leaves
// the box of bounds and radius, then goes on within the face it met until nothing is left to gain.
// Trials are clipped to the bounds, so the box is never left.
#include <algorithm>
#include <cmath>

#include "linalg/more_hebden.hpp"
#include "linalg/triangle.hpp"
#include "solve/bounds.hpp"
#include "solve/strategy.hpp"
#include "solve/trust_region.hpp"

namespace nlsq::solve {
namespace {
constexpr double kFirstRadius = 0.3;  // in units of max |x₀ / scale|

class Dogbox final : public Strategy {
 public:
  explicit Dogbox(const State& state) : more_hebden_(state.n), work_(state.scale.size()) {
    triangle_.resize(state.n);
  }

  void start(State& state) override {
    double length = 0.0;
    for (std::size_t j = 0; j < work_.size(); ++j) {
      length = std::max(length, std::abs(state.here.x[j]) / state.scale[j]);
    }
    state.radius = length > 0.0 ? kFirstRadius * length : kFirstRadius;
  }

  // A box lets a weak parameter run to its wall while a strong one is held: let its scale follow.
  double scale_memory() const override { return 0.8; }

  void model(State& state) override {
    free_.clear();
    for (std::size_t j = 0; j < work_.size(); ++j) {
      const double g = state.here.sum.g[j];
      const bool pushed = (state.here.x[j] <= state.lower[j] && g > 0.0) ||
                          (state.here.x[j] >= state.upper[j] && g < 0.0);
      if (!pushed) free_.push_back(j);
    }
    linalg::select_columns(state.here.sum, state.scale, free_, triangle_, work_);
    more_hebden_.load(triangle_, state.rows, !(state.here.sum.kappa < 1e12));
    state.newton_reduction = more_hebden_.newton_reduction();
    const std::size_t n = free_.size();
    for (auto* v : {&g_, &p_, &low_, &high_, &direction_, &product_}) v->resize(n);
    for (std::size_t k = 0; k < n; ++k) g_[k] = state.scale[free_[k]] * state.here.sum.g[free_[k]];
    linalg::multiply(triangle_, g_, product_);
    const double curvature = linalg::dot(product_, product_);
    cauchy_ = curvature > 0.0 ? linalg::dot(g_, g_) / curvature : 0.0;
  }

  void propose(State& state) override {
    set_box(state);
    dogleg();
    linalg::multiply(triangle_, p_, product_);
    state.predicted = -linalg::dot(g_, p_) - 0.5 * linalg::dot(product_, product_);
    state.at_radius = false;
    state.step_length = 0.0;
    std::copy(state.here.x.begin(), state.here.x.end(), state.trial.x.begin());
    for (std::size_t k = 0; k < p_.size(); ++k) {
      const std::size_t j = free_[k];
      state.step_length = std::max(state.step_length, std::abs(p_[k]));
      if (std::abs(p_[k]) >= state.radius) state.at_radius = true;
      state.trial.x[j] += state.scale[j] * p_[k];
      if (p_[k] == low_[k] && p_[k] > -state.radius) state.trial.x[j] = state.lower[j];
      if (p_[k] == high_[k] && p_[k] < state.radius) state.trial.x[j] = state.upper[j];
    }
    clip(state.trial.x, state.lower, state.upper);
    for (std::size_t j = 0; j < state.step.size(); ++j) {
      state.step[j] = state.trial.x[j] - state.here.x[j];
    }
  }

 private:
  // The box of bounds and radius around the present point, in scaled variables.
  void set_box(const State& state) {
    for (std::size_t k = 0; k < free_.size(); ++k) {
      const std::size_t j = free_[k];
      low_[k] = std::max((state.lower[j] - state.here.x[j]) / state.scale[j], -state.radius);
      high_[k] = std::min((state.upper[j] - state.here.x[j]) / state.scale[j], state.radius);
    }
  }

  void dogleg() {
    const std::span<const double> newton = more_hebden_.newton_step();
    if (inside(newton, low_, high_)) {
      std::copy(newton.begin(), newton.end(), p_.begin());
      return;
    }
    for (std::size_t k = 0; k < p_.size(); ++k) direction_[k] = -g_[k];
    std::fill(p_.begin(), p_.end(), 0.0);
    advance(std::min(cauchy_, stride_to_bound(p_, direction_, low_, high_)));
    for (std::size_t k = 0; k < p_.size(); ++k) direction_[k] = newton[k] - p_[k];
    advance(std::min(1.0, stride_to_bound(p_, direction_, low_, high_)));
  }

  void advance(double t) {
    for (std::size_t k = 0; k < p_.size(); ++k) {
      p_[k] = std::min(std::max(p_[k] + t * direction_[k], low_[k]), high_[k]);
      const double slack = 1e-12 * (high_[k] - low_[k]);
      if (direction_[k] < 0.0 && p_[k] - low_[k] <= slack) p_[k] = low_[k];
      if (direction_[k] > 0.0 && high_[k] - p_[k] <= slack) p_[k] = high_[k];
    }
  }

  linalg::Triangle triangle_;
  linalg::MoreHebden more_hebden_;
  std::vector<std::size_t> free_;
  std::vector<double> work_, g_, p_, low_, high_, direction_, product_;
  double cauchy_ = 0;
};

}  // namespace

std::unique_ptr<Strategy> make_dogbox(const State& state) {
  return std::make_unique<Dogbox>(state);
}

}  // namespace nlsq::solve
