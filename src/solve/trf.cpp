// SPDX-License-Identifier: MIT
// Trust region reflective: Branch, Coleman, Li (1999), "A subspace, interior, and conjugate
// gradient method for large-scale bound-constrained minimization problems", as SciPy's trf
// organises it. In "hat" coordinates p = d·p̂, d = scale·√v, the model is ½‖R d p̂ + Qᵀf‖² + ½ p̂ᵀ
// diag(c) p̂ with the Coleman-Li factors v and c of coleman_li.hpp, one triangle after the rows √c
// are rotated in. Its trust-region step comes from linalg::MoreHebden; a step that leaves the box
// is replaced by the best of three: cut at the bound, reflected there, or steepest descent. Every
// trial is strictly inside. Without bounds v = 1, c = 0.
#include <algorithm>
#include <cmath>

#include "linalg/more_hebden.hpp"
#include "linalg/triangle.hpp"
#include "solve/bounds.hpp"
#include "solve/coleman_li.hpp"
#include "solve/strategy.hpp"
#include "solve/trust_region.hpp"

namespace nlsq::solve {
namespace {
class Trf final : public Strategy {
 public:
  explicit Trf(const State& state)
      : bounded_(any_finite(state.lower, state.upper)),
        more_hebden_(state.n),
        box_(bounded_ ? state.n : 0) {
    const std::size_t n = state.scale.size();
    for (auto* v : {&d_, &c_, &root_c_, &g_, &p_, &work_}) v->resize(n);
    triangle_.resize(state.n);
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
    if (bounded_) {
      coleman_li(state, d_, c_);
    } else {
      std::copy(state.scale.begin(), state.scale.end(), d_.begin());
    }
    linalg::load_scaled(state.here->sum, d_, triangle_);
    for (std::size_t j = 0; j < d_.size(); ++j) g_[j] = d_[j] * state.here->sum.g[j];
    if (bounded_) {
      for (std::size_t j = 0; j < c_.size(); ++j) root_c_[j] = std::sqrt(c_[j]);
      linalg::append_diagonal(triangle_, root_c_, 1.0, work_);
    }
    load_model(more_hebden_, triangle_, g_, state);
    state.newton_reduction = more_hebden_.newton_reduction();
  }

  void propose(State& state) override {
    more_hebden_.step(state.radius, p_);
    state.held_short = more_hebden_.lambda() > 0.0;
    state.cut_by_bound = false;
    for (std::size_t j = 0; j < p_.size(); ++j) {
      state.step[j] = d_[j] * p_[j];
      state.trial->x[j] = state.here->x[j] + state.step[j];
    }
    if (!bounded_ || inside(state.trial->x, state.lower, state.upper)) {
      state.step_length = linalg::norm(p_);
      linalg::multiply(triangle_, p_, work_);
      state.predicted = 0.5 * linalg::dot(work_, work_) +
                        more_hebden_.lambda() * state.step_length * state.step_length;
    } else {
      state.held_short = state.cut_by_bound = true;
      state.predicted = box_.select(state, triangle_, d_, g_, p_);
      state.step_length = linalg::norm(p_);
      for (std::size_t j = 0; j < p_.size(); ++j) {
        state.trial->x[j] = state.here->x[j] + d_[j] * p_[j];
      }
    }
    if (bounded_) {
      make_strictly_inside(state.trial->x, state.lower, state.upper, 0.0);
      for (std::size_t j = 0; j < p_.size(); ++j) {
        state.step[j] = state.trial->x[j] - state.here->x[j];
      }
    }
  }

 private:
  bool bounded_;
  linalg::Triangle triangle_;
  linalg::MoreHebden more_hebden_;
  ReflectiveStep box_;
  linalg::Vector d_, c_, root_c_, g_, p_, work_;
};

}  // namespace

StrategyPtr make_trf(const State& state, StrategyRoom& room) { return room.make<Trf>(state); }
StrategyPtr make_automatic(const State& state, StrategyRoom& room) { return make_trf(state, room); }
// What is left of a problem whose linear parameters are solved for has no other steps.
StrategyPtr make_varpro(const State& state, StrategyRoom& room) { return make_trf(state, room); }

}  // namespace nlsq::solve
