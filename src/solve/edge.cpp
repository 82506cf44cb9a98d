// SPDX-License-Identifier: MIT
// See edge.hpp.
#include "solve/edge.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/triangle.hpp"
#include "solve/bounds.hpp"

namespace nlsq::solve {
namespace {

constexpr double kSingular = 1e-12;  // smallest scaled diagonal of which a step can be made
constexpr int kHalves = 3;           // of a step that leaves what is finite, or rises

// Sets state.step to the Gauss-Newton step with parameter `held` in its place; false: there is
// none.
bool step_with_held(State& state, std::size_t held, linalg::Triangle& triangle,
                    linalg::Vector& work) {
  base::SmallVector<std::size_t, 8> free;
  linalg::Vector scale(state.scale.size());
  for (std::size_t j = 0; j < scale.size(); ++j) {
    scale[j] = state.column_norm[j] > 0.0 ? 1.0 / state.column_norm[j] : 1.0;
    if (j != held && state.column_norm[j] > 0.0) free.push_back(j);
  }
  if (free.size() == 0) return false;
  linalg::select_columns(state.here->sum, scale, free, triangle, work);
  if (linalg::min_diagonal(triangle) < kSingular) return false;
  linalg::solve(triangle, triangle.b);
  std::fill(state.step.begin(), state.step.end(), 0.0);
  for (std::size_t k = 0; k < free.size(); ++k)
    state.step[free[k]] = -scale[free[k]] * triangle.b[k];
  return true;
}

}  // namespace

double slide_along_edge(Evaluator& evaluator, State& state, const SolverOptions& options,
                        index_t limit) {
  if (state.n < 2 || !complete(state)) return 0.0;
  linalg::Triangle triangle;
  triangle.resize(state.n);
  linalg::Vector work(static_cast<std::size_t>(state.n));
  const double before = state.here->sum.cost;
  for (bool improves = true; improves;) {
    improves = false;
    for (std::size_t held = 0; held < state.scale.size(); ++held) {
      measure_columns(state);
      if (!step_with_held(state, held, triangle, work)) continue;
      double share = 1.0;
      for (int i = 0; i < kHalves && state.nfev < limit; ++i, share *= 0.5) {
        for (std::size_t j = 0; j < state.step.size(); ++j)
          state.trial->x[j] = state.here->x[j] + share * state.step[j];
        clip(state.trial->x, state.lower, state.upper);
        if (options.before_pass) options.before_pass();
        const double cost = state.here->sum.cost;
        evaluator.trial(state.trial->x, Grade::step, cost, state.trial->sum);
        ++state.nfev;
        if (!state.trial->sum.finite || !(state.trial->sum.cost < cost)) continue;
        accept(state);
        improves = improves || cost - state.here->sum.cost > options.ftol * cost;
        break;
      }
    }
  }
  return 1.0 - state.here->sum.cost / before;
}

}  // namespace nlsq::solve
