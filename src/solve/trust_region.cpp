// SPDX-License-Identifier: MIT
// Scales and radius rules, see trust_region.hpp.
#include "solve/trust_region.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/triangle.hpp"
#include "solve/strategy.hpp"

namespace nlsq::solve {
namespace {
constexpr double kFloorOfStart = 0.1;  // of ‖f‖
constexpr double kPoorGain = 0.25;
constexpr double kGrow = 2.0;
constexpr double kShrinkMost = 0.1;
constexpr double kShrinkLeast = 0.5;
}  // namespace

double gain_ratio(double actual, double predicted) {
  if (predicted > 0.0) return actual / predicted;
  return actual == 0.0 && predicted == 0.0 ? 1.0 : 0.0;
}

void update_scale(State& state, const SolverOptions& options, double memory) {
  measure_columns(state);
  state.own_scales = options.x_scale.empty();
  if (!state.own_scales) {
    std::copy(options.x_scale.begin(), options.x_scale.end(), state.scale.begin());
    return;
  }
  for (std::size_t j = 0; j < state.scale.size(); ++j) {
    const double before = memory > 0.0 ? memory / state.scale[j] : 0.0;
    const double size = std::max(state.column_norm[j], before);
    state.scale[j] = size > 0.0 ? 1.0 / size : 1.0;
  }
}

void load_model(linalg::MoreHebden& finder, const linalg::Triangle& a, std::span<const double> g,
                const State& state) {
  if (complete(state)) {
    finder.load(a, !(state.here->sum.kappa < kSuspectKappa));
    if (in_range(g, finder.null_space(), state)) return;
  }
  finder.load_incomplete(a, g);
}

double first_radius(const State& state, double size_of_start) {
  if (!state.own_scales) return size_of_start > 0.0 ? size_of_start : 1.0;
  const double suggested = kFloorOfStart * residual_norm(state.here->sum);
  const double radius = std::max(size_of_start, suggested);
  const double most = state.first_step * size_of_start;
  return most > 0.0 ? std::min(radius, most) : radius;
}

void resize_radius(State& state, double actual) {
  const double gain = gain_ratio(actual, state.predicted);
  if (gain > 0.0) {
    const double t = std::min(gain, 1.0);
    // A whole Gauss-Newton step that gains little has overshot: repeated, such steps go to and fro
    // across the minimum. A step held short that gains little follows a bent valley, and goes on.
    const bool overshot = gain < kPoorGain && !state.held_short;
    const double quotient = overshot ? kGrow : std::max(1.0 / kGrow, 1.0 - t * t * t);
    const double radius = state.step_length / quotient;
    state.radius = state.cut_by_bound ? std::max(state.radius, radius) : radius;
    return;
  }
  const double slope = -linalg::dot(state.here->sum.g, state.step);
  const double shrink = slope > 0.0 ? 0.5 * slope / (slope - actual) : 0.0;
  state.radius = std::clamp(shrink, kShrinkMost, kShrinkLeast) *
                 std::min(state.radius, 10.0 * state.step_length);
}

void Strategy::resize(State& state, double actual) const { resize_radius(state, actual); }

StrategyPtr make_strategy(Method method, const State& state, StrategyRoom& room) {
  method = method_of(method);
  if (state.local && method != Method::dogbox) return make_local_trust(state, room);
  using Make = StrategyPtr (*)(const State&, StrategyRoom&);
  constexpr Make kMake[] = {
#define NLSQ_METHOD(id, name, bounds, sparse, meaning) make_##id,
#include "nlsq/options.def"
  };
  return kMake[static_cast<std::size_t>(method)](state, room);
}

}  // namespace nlsq::solve
