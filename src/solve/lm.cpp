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
constexpr double kFirstRadius = 1.0;  // in units of ‖D x₀‖

class Lm final : public Strategy {
 public:
  explicit Lm(const State& state)
      : more_hebden_(state.n), p_(state.scale.size()), work_(p_.size()) {
    triangle_.resize(state.n);
  }

  void start(State& state) override {
    const double length = scaled_norm(state.here.x, state.scale);
    state.radius = length > 0.0 ? kFirstRadius * length : kFirstRadius;
  }

  void model(State& state) override {
    linalg::load_scaled(state.here.sum, state.scale, triangle_);
    more_hebden_.load(triangle_, state.rows, !(state.here.sum.kappa < 1e12));
    state.newton_reduction = more_hebden_.newton_reduction();
  }

  void propose(State& state) override {
    more_hebden_.step(state.radius, p_);
    state.step_length = linalg::norm(p_);
    state.at_radius = more_hebden_.lambda() > 0.0;
    linalg::multiply(triangle_, p_, work_);
    state.predicted = 0.5 * linalg::dot(work_, work_) +
                      more_hebden_.lambda() * state.step_length * state.step_length;
    for (std::size_t j = 0; j < p_.size(); ++j) {
      state.step[j] = state.scale[j] * p_[j];
      state.trial.x[j] = state.here.x[j] + state.step[j];
    }
  }

 private:
  linalg::Triangle triangle_;
  linalg::MoreHebden more_hebden_;
  std::vector<double> p_, work_;
};

}  // namespace

std::unique_ptr<Strategy> make_lm(const State& state) { return std::make_unique<Lm>(state); }

}  // namespace nlsq::solve
