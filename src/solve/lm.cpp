// SPDX-License-Identifier: MIT
// Levenberg-Marquardt in trust-region form: Moré (1978), as MINPACK's lmder. The step solves
// min ‖J p + f‖ subject to ‖D p‖ ≤ radius with λ from linalg::MoreHebden; D = 1/scale. No bounds.
#include <algorithm>

#include "linalg/more_hebden.hpp"
#include "linalg/triangle.hpp"
#include "solve/strategy.hpp"
#include "solve/trust_region.hpp"

namespace nlsq::solve {
namespace {
class Lm final : public Strategy {
 public:
  explicit Lm(const State& state) : more_hebden_(state.n) {
    for (auto* v : {&g_, &p_, &work_}) v->resize(state.scale.size());
    triangle_.resize(state.n);
  }

  void start(State& state) override {
    state.radius = first_radius(state, scaled_norm(state.here->x, state.scale));
  }

  void model(State& state) override {
    linalg::load_scaled(state.here->sum, state.scale, triangle_);
    for (std::size_t j = 0; j < g_.size(); ++j) g_[j] = state.scale[j] * state.here->sum.g[j];
    load_model(more_hebden_, triangle_, g_, state);
    state.newton_reduction = more_hebden_.newton_reduction();
  }

  void propose(State& state) override {
    more_hebden_.step(state.radius, p_);
    state.step_length = linalg::norm(p_);
    state.held_short = more_hebden_.lambda() > 0.0;
    linalg::multiply(triangle_, p_, work_);
    state.predicted = 0.5 * linalg::dot(work_, work_) +
                      more_hebden_.lambda() * state.step_length * state.step_length;
    for (std::size_t j = 0; j < p_.size(); ++j) {
      state.step[j] = state.scale[j] * p_[j];
      state.trial->x[j] = state.here->x[j] + state.step[j];
    }
  }

 private:
  linalg::Triangle triangle_;
  linalg::MoreHebden more_hebden_;
  linalg::Vector g_, p_, work_;
};

}  // namespace

StrategyPtr make_lm(const State& state, StrategyRoom& room) { return room.make<Lm>(state); }

}  // namespace nlsq::solve
