// SPDX-License-Identifier: MIT
// Dogleg in a rectangular trust region: Voglis & Lagaris (2004), "A rectangular trust region dogleg
// approach for unconstrained and bound constrained nonlinear optimization", as SciPy's dogbox
// organises it. Parameters on a bound with the gradient pushing outwards are fixed for one step; on
// the others the dogleg runs from the Cauchy point to the Gauss-Newton point, cut where it leaves
// the box of bounds and radius; where a bound cut it, it goes on within that face. Trials are
// clipped to the bounds. Known weakness: with a large residual and strong curvature (Brown-Dennis)
// the dogleg zigzags where trf and lm damp.
#include <algorithm>
#include <cmath>

#include "solve/bounds.hpp"
#include "solve/faces.hpp"
#include "solve/strategy.hpp"
#include "solve/trust_region.hpp"

namespace nlsq::solve {
namespace {
// Of given scales: the corners of the first box of several parameters are not where one is 0, by
// which models divide.
constexpr double kShortOfZero = 0.99;
constexpr double kFirstRadius = 0.3;  // of the largest scaled start value

// Faces: the model of a point (faces.hpp).
template <class Faces>
class Dogbox final : public Strategy {
 public:
  explicit Dogbox(const State& state) : faces_(state), n_(state.scale.size()) {
    free_.reserve(n_);
    inner_.reserve(n_);
  }

  void start(State& state) override {
    double length = 0.0;
    for (std::size_t j = 0; j < n_; ++j) {
      length = std::max(length, std::abs(state.here->x[j]) / state.scale[j]);
    }
    const double share = state.own_scales ? kFirstRadius : state.n > 1 ? kShortOfZero : 1.0;
    state.radius = share * first_radius(state, length);
  }

  // A box lets a weak parameter run to its wall while a strong one is held: let its scale follow.
  double scale_memory() const override { return 0.8; }

  void model(State& state) override {
    free_.clear();
    for (std::size_t j = 0; j < n_; ++j) {
      const double g = state.here->sum.g[j];
      const bool pushed = (state.here->x[j] <= state.lower[j] && g > 0.0) ||
                          (state.here->x[j] >= state.upper[j] && g < 0.0);
      if (!pushed) free_.push_back(j);
    }
    faces_.select(state, free_);
    const std::size_t n = free_.size();
    for (auto* v : {&g_, &p_, &low_, &high_, &direction_}) v->resize(n);
    for (std::size_t k = 0; k < n; ++k) g_[k] = state.scale[free_[k]] * state.here->sum.g[free_[k]];
    faces_.load(state, g_);
    state.newton_reduction = faces_.newton_reduction();
    const double curvature = faces_.curvature(g_);
    cauchy_ = curvature > 0.0 ? linalg::dot(g_, g_) / curvature : kInfinity;
  }

  void propose(State& state) override {
    radius_ = state.radius;
    set_box(state);
    dogleg();
    state.predicted = -linalg::dot(g_, p_) - 0.5 * faces_.curvature(p_);
    state.held_short = held_short_;
    state.step_length = 0.0;
    std::copy(state.here->x.begin(), state.here->x.end(), state.trial->x.begin());
    for (std::size_t k = 0; k < p_.size(); ++k) {
      const std::size_t j = free_[k];
      state.step_length = std::max(state.step_length, std::abs(p_[k]));
      state.trial->x[j] += state.scale[j] * p_[k];
      if (p_[k] == low_[k] && p_[k] > -state.radius) state.trial->x[j] = state.lower[j];
      if (p_[k] == high_[k] && p_[k] < state.radius) state.trial->x[j] = state.upper[j];
    }
    state.cut_by_bound = held_short_ && state.step_length < state.radius;
    clip(state.trial->x, state.lower, state.upper);
    for (std::size_t j = 0; j < state.step.size(); ++j) {
      state.step[j] = state.trial->x[j] - state.here->x[j];
    }
  }

 private:
  // The box of bounds and radius around the present point, in scaled variables.
  void set_box(const State& state) {
    for (std::size_t k = 0; k < free_.size(); ++k) {
      const std::size_t j = free_[k];
      low_[k] = std::max((state.lower[j] - state.here->x[j]) / state.scale[j], -state.radius);
      high_[k] = std::min((state.upper[j] - state.here->x[j]) / state.scale[j], state.radius);
    }
  }

  void dogleg() {
    const std::span<const double> newton = faces_.newton_step();
    held_short_ = !faces_.complete() || !inside(newton, low_, high_);
    if (!held_short_) {
      std::copy(newton.begin(), newton.end(), p_.begin());
      return;
    }
    for (std::size_t k = 0; k < p_.size(); ++k) direction_[k] = -g_[k];
    std::fill(p_.begin(), p_.end(), 0.0);
    advance(std::min(cauchy_, stride_to_bound(p_, direction_, low_, high_)));
    if (!faces_.complete()) return;
    for (std::size_t k = 0; k < p_.size(); ++k) direction_[k] = newton[k] - p_[k];
    advance(std::min(1.0, stride_to_bound(p_, direction_, low_, high_)));
    while (along_face()) {}
  }

  // When bounds (not the radius) stopped p: a Gauss-Newton step of the other parameters, up to the
  // next wall. True when that wall is a bound again. Without it a parameter that the gradient pulls
  // off its bound and the Gauss-Newton step pushes back stops every step where it starts.
  bool along_face() {
    inner_.clear();
    for (std::size_t k = 0; k < p_.size(); ++k) {
      if (std::abs(p_[k]) >= radius_) return false;
      if (p_[k] > low_[k] && p_[k] < high_[k]) inner_.push_back(k);
    }
    if (inner_.empty() || inner_.size() == p_.size()) return false;
    faces_.inner_step(p_, g_, inner_, direction_);
    const double t = stride_to_bound(p_, direction_, low_, high_);
    advance(std::min(t, 1.0));
    return t < 1.0;
  }

  void advance(double t) {
    for (std::size_t k = 0; k < p_.size(); ++k) {
      p_[k] = std::min(std::max(p_[k] + t * direction_[k], low_[k]), high_[k]);
      const double slack = 1e-12 * (high_[k] - low_[k]);
      if (direction_[k] < 0.0 && p_[k] - low_[k] <= slack) p_[k] = low_[k];
      if (direction_[k] > 0.0 && high_[k] - p_[k] <= slack) p_[k] = high_[k];
    }
  }

  Faces faces_;
  std::size_t n_;
  Positions free_, inner_;
  linalg::Vector g_, p_, low_, high_, direction_;
  double cauchy_ = 0, radius_ = 0;
  bool held_short_ = false;
};

}  // namespace

StrategyPtr make_dogbox(const State& state, StrategyRoom& room) {
  if (state.local) return room.make<Dogbox<LocalFaces>>(state);
  return room.make<Dogbox<DenseFaces>>(state);
}

}  // namespace nlsq::solve
