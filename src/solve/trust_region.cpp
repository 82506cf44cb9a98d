// SPDX-License-Identifier: MIT
// Scales and radius rules, see trust_region.hpp.
#include "solve/trust_region.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/triangle.hpp"
#include "solve/strategy.hpp"

namespace nlsq::solve {
namespace {
constexpr double kForget = 0.1;
}

double gain_ratio(double actual, double predicted) {
  if (predicted > 0.0) return actual / predicted;
  return actual == 0.0 && predicted == 0.0 ? 1.0 : 0.0;
}

void update_scale(State& state, const SolverOptions& options, bool first) {
  linalg::column_norms(state.here.sum, state.column_norm);
  if (!options.x_scale.empty()) {
    if (first) std::copy(options.x_scale.begin(), options.x_scale.end(), state.scale.begin());
    return;
  }
  for (std::size_t j = 0; j < state.scale.size(); ++j) {
    double size = state.column_norm[j];
    if (!first) size = std::max(size, kForget / state.scale[j]);
    state.scale[j] = size > 0.0 ? 1.0 / size : 1.0;
  }
}

void resize_by_parabola(State& state, double actual) {
  const double gain = gain_ratio(actual, state.predicted);
  if (gain <= 0.25) {
    double shrink = 0.5;
    if (actual < 0.0) {
      const double slope = -linalg::dot(state.here.sum.g, state.step);
      shrink = slope > 0.0 ? std::clamp(0.5 * slope / (slope - actual), 0.1, 0.5) : 0.1;
    }
    state.radius = shrink * std::min(state.radius, 10.0 * state.step_length);
  } else if (gain >= 0.75 || !state.at_radius) {
    state.radius = 2.0 * state.step_length;
  }
}

void Strategy::resize(State& state, double actual) const { resize_by_parabola(state, actual); }

std::unique_ptr<Strategy> make_strategy(Method method, const State& state) {
  switch (method) {
    case Method::lm:
      return make_lm(state);
    case Method::dogbox:
      return make_dogbox(state);
    case Method::automatic:
    case Method::trf:
      break;
  }
  return make_trf(state);
}

}  // namespace nlsq::solve
