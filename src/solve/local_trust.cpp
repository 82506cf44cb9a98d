// SPDX-License-Identifier: MIT
// trf and lm on models that are no triangles (linalg/local_model.hpp), such as a sparse normal
// matrix H = JᵀJ. In the coordinates of trf.cpp the step
// minimizes gᵀp + ½ pᵀS p, S = diag(d) H diag(d) + diag(c), subject to ‖p‖ ≤ radius: Newton's
// iteration on 1/radius − 1/‖p(λ)‖ (Moré & Sorensen 1983, algorithm 3.2, for positive semidefinite
// S) with one factorization of S + λI for each λ; without bounds c = 0 and d is the scale.
#include <algorithm>
#include <cmath>
#include <memory>

#include "linalg/local_model.hpp"
#include "linalg/triangle.hpp"
#include "solve/bounds.hpp"
#include "solve/coleman_li.hpp"
#include "solve/strategy.hpp"
#include "solve/trust_region.hpp"

namespace nlsq::solve {
namespace {

constexpr double kNear = 0.1;           // of the radius: how well a step has to fit it
constexpr double kLeastLambda = 1e-12;  // of a unit diagonal, where S is singular
constexpr int kMostFactors = 12;        // a step: far more than Newton's iteration takes

class LocalTrust final : public Strategy {
 public:
  explicit LocalTrust(const State& state)
      : bounded_(state.bounded), box_(bounded_ ? state.n : 0), model_(*this) {
    for (auto* v : {&d_, &c_, &g_, &p_, &newton_, &work_}) v->resize(state.scale.size());
  }

  void place(const State& state, std::span<double> x) const override {
    if (bounded_) make_strictly_inside(x, state.lower, state.upper, 1e-10);
  }

  void start(State& state) override {
    const bool given = bounded_ && !state.own_scales;
    if (given) coleman_li(state, d_, c_);
    state.radius = first_radius(state, scaled_norm(state.here->x, given ? d_ : state.scale));
  }

  void model(State& state) override {
    local_ = state.here->sum.local.get();
    if (!factor_) factor_ = local_->solver();
    if (bounded_) {
      coleman_li(state, d_, c_);
    } else {
      std::copy(state.scale.begin(), state.scale.end(), d_.begin());
    }
    for (std::size_t j = 0; j < d_.size(); ++j) g_[j] = d_[j] * state.here->sum.g[j];
    is_definite_ = is_undamped_ = factor_->factor(*local_, d_, c_, 0.0);
    lambda_ = 0.0;
    if (!is_definite_) {
      state.newton_reduction = kInfinity;
      return;
    }
    solve_into(newton_);
    newton_length_ = linalg::norm(newton_);
    state.newton_reduction = -0.5 * linalg::dot(g_, newton_);
  }

  void propose(State& state) override {
    find_step(state.radius);
    state.held_short = lambda_ > 0.0;
    state.cut_by_bound = false;
    for (std::size_t j = 0; j < p_.size(); ++j) {
      state.step[j] = d_[j] * p_[j];
      state.trial->x[j] = state.here->x[j] + state.step[j];
    }
    state.step_length = linalg::norm(p_);
    if (!bounded_ || inside(state.trial->x, state.lower, state.upper)) {
      // S p = −g − λp, so −gᵀp − ½ pᵀS p is this.
      state.predicted =
          -0.5 * linalg::dot(g_, p_) + 0.5 * lambda_ * state.step_length * state.step_length;
    } else {
      state.held_short = state.cut_by_bound = true;
      state.predicted = box_.select(state, model_, d_, g_, p_);
      state.step_length = linalg::norm(p_);
      for (std::size_t j = 0; j < p_.size(); ++j)
        state.trial->x[j] = state.here->x[j] + d_[j] * p_[j];
    }
    if (!bounded_) return;
    make_strictly_inside(state.trial->x, state.lower, state.upper, 0.0);
    for (std::size_t j = 0; j < p_.size(); ++j)
      state.step[j] = state.trial->x[j] - state.here->x[j];
  }

 private:
  // pᵀS p of the model at hand.
  class Model final : public Quadratic {
   public:
    explicit Model(const LocalTrust& of) : of_(&of) {}
    double product(std::span<const double> u, std::span<const double> v) override {
      double sum = of_->local_->product(u, v, of_->d_);
      for (std::size_t j = 0; j < u.size(); ++j) sum += u[j] * of_->c_[j] * v[j];
      return sum;
    }

   private:
    const LocalTrust* of_;
  };

  // to ← −(S + λI)⁻¹ g with the factor at hand.
  void solve_into(linalg::Vector& to) {
    for (std::size_t j = 0; j < g_.size(); ++j) to[j] = -g_[j];
    factor_->solve(to);
  }

  // p_ and lambda_ for a radius.
  void find_step(double radius) {
    if (is_definite_ && newton_length_ <= (1.0 + kNear) * radius) {
      std::copy(newton_.begin(), newton_.end(), p_.begin());
      lambda_ = 0.0;
      return;
    }
    double low = is_definite_ ? 0.0 : kLeastLambda, high = linalg::norm(g_) / radius;
    double lambda = lambda_ > 0.0 ? lambda_ : is_definite_ ? slope_start(radius) : 1e-3 * high;
    for (int i = 0; i < kMostFactors; ++i) {
      lambda = std::clamp(lambda, std::max(low, 1e-3 * high * 1e-3), std::max(high, kLeastLambda));
      is_undamped_ = false;
      if (!factor_->factor(*local_, d_, c_, lambda)) {
        low = lambda;
        lambda = std::max(10.0 * lambda, std::sqrt(std::max(low, kLeastLambda) * high));
        continue;
      }
      solve_into(p_);
      lambda_ = lambda;
      const double length = linalg::norm(p_), excess = length - radius;
      if (std::abs(excess) <= kNear * radius) return;
      if (excess < 0.0 && !is_definite_ && lambda <= kLeastLambda) return;
      (excess > 0.0 ? low : high) = lambda;
      std::copy(p_.begin(), p_.end(), work_.begin());
      factor_->solve(work_);
      lambda += excess / radius * length * length / linalg::dot(p_, work_);
      if (!(lambda > low && lambda < high)) lambda = std::max(1e-3 * high, std::sqrt(low * high));
    }
  }

  // Newton's first λ, from the undamped step.
  double slope_start(double radius) {
    std::copy(newton_.begin(), newton_.end(), work_.begin());
    if (!is_undamped_ && !factor_->factor(*local_, d_, c_, 0.0)) return 0.0;
    factor_->solve(work_);
    const double length = newton_length_;
    return (length - radius) / radius * length * length / linalg::dot(newton_, work_);
  }

  bool bounded_;
  const linalg::LocalModel* local_ = nullptr;
  std::unique_ptr<linalg::LocalSolver> factor_;
  bool is_definite_ = false;
  bool is_undamped_ = false;  // the factor at hand is of S itself
  double lambda_ = 0.0, newton_length_ = 0.0;
  ReflectiveStep box_;
  Model model_;
  linalg::Vector d_, c_, g_, p_, newton_, work_;
};

}  // namespace

StrategyPtr make_local_trust(const State& state, StrategyRoom& room) {
  return room.make<LocalTrust>(state);
}

}  // namespace nlsq::solve
