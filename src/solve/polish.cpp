// SPDX-License-Identifier: MIT
// The final Gauss-Newton steps, see polish.hpp.
#include "solve/polish.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/triangle.hpp"
#include "solve/bounds.hpp"

namespace nlsq::solve {
namespace {

constexpr double kOrthogonal = 1e-12;  // ‖Qᵀf‖ / ‖f‖ that is rounding
constexpr double kSameCost = 1e-10;    // relative rise of the cost that is rounding
constexpr double kHeld = 1e-2;         // distance to a bound, in one-parameter Gauss-Newton steps
constexpr double kWellConditioned =
    300.0;  // below this κ a step-grade summary is a covariance-grade one
constexpr index_t kManyRows = 1'000'000;
constexpr int kPatience = 3;

// The Gauss-Newton problem of the parameters that no bound holds.
class FreeProblem {
 public:
  explicit FreeProblem(index_t n) : work_(static_cast<std::size_t>(n) + 1) { triangle_.resize(n); }

  // Scaled length of the step, written to state.step; inf when it is singular.
  double step(State& state) {
    const std::size_t n = state.scale.size();
    free_.clear();
    for (std::size_t j = 0; j < n; ++j) {
      if (held_by_bound(state, j) == 0) free_.push_back(j);
    }
    linalg::column_norms(state.here.sum, state.column_norm);
    for (std::size_t j = 0; j < n; ++j) {
      state.scale[j] = state.column_norm[j] > 0.0 ? 1.0 / state.column_norm[j] : 1.0;
    }
    linalg::select_columns(state.here.sum, state.scale, free_, triangle_, work_);
    misfit_ = linalg::norm(triangle_.b);
    for (std::size_t j = 0; j < n; ++j) state.step[j] = target(state, j) - state.here.x[j];
    if (linalg::min_diagonal(triangle_) < 1e-14) return kInfinity;
    linalg::solve(triangle_, triangle_.b);
    double square = 0.0;
    for (std::size_t k = 0; k < free_.size(); ++k) {
      const std::size_t j = free_[k];
      state.step[j] = -state.scale[j] * triangle_.b[k];
      square += triangle_.b[k] * triangle_.b[k];
    }
    return std::sqrt(square);
  }

  double misfit() const { return misfit_; }

 private:
  static double target(const State& state, std::size_t j) {
    const int side = held_by_bound(state, j);
    return side < 0 ? state.lower[j] : side > 0 ? state.upper[j] : state.here.x[j];
  }

  linalg::Triangle triangle_;
  std::vector<std::size_t> free_;
  std::vector<double> work_;
  double misfit_ = 0;
};

bool at_rounding(const State& state, double misfit, bool linear_loss) {
  return linear_loss && misfit <= kOrthogonal * std::sqrt(state.here.sum.sum_f2);
}

bool moves(const State& state) {
  for (std::size_t j = 0; j < state.step.size(); ++j) {
    if (state.here.x[j] + state.step[j] != state.here.x[j]) return true;
  }
  return false;
}

}  // namespace

int held_by_bound(const State& state, std::size_t j) {
  const double x = state.here.x[j];
  const double g = state.here.sum.g[j];
  if (x <= state.lower[j] && g >= 0.0) return -1;
  if (x >= state.upper[j] && g <= 0.0) return 1;
  const double s = distance_downhill(x, g, state.lower[j], state.upper[j]);
  if (!std::isfinite(s) || s * state.column_norm[j] * state.column_norm[j] > kHeld * std::abs(g)) {
    return 0;
  }
  return g > 0.0 ? -1 : 1;
}

index_t polish(Evaluator& evaluator, State& state, index_t limit, bool linear_loss) {
  refine_summary(evaluator, state);
  const index_t most = state.rows > kManyRows ? 1 : limit;
  FreeProblem problem(state.n);
  Point best = state.here;
  double best_length = kInfinity;
  index_t steps = 0, best_steps = 0;
  for (int stale = 0; stale < kPatience && steps < most;) {
    const double length = problem.step(state);
    if (length < best_length) {
      best = state.here;
      best_length = length;
      best_steps = steps;
      stale = 0;
    } else {
      ++stale;
    }
    if (!std::isfinite(length) || !moves(state) || state.nfev >= limit) break;
    if (at_rounding(state, problem.misfit(), linear_loss)) break;

    for (std::size_t j = 0; j < state.step.size(); ++j) {
      state.trial.x[j] = state.here.x[j] + state.step[j];
    }
    if (!inside(state.trial.x, state.lower, state.upper)) break;
    evaluator.summary(state.trial.x, Grade::covariance, state.trial.sum);
    ++state.nfev;
    const double rise = state.trial.sum.cost - best.sum.cost;
    if (!state.trial.sum.finite || rise > kSameCost * best.sum.cost) break;
    std::swap(state.here, state.trial);
    ++steps;
  }
  if (std::isfinite(best_length)) {
    std::swap(state.here, best);
    steps = best_steps;
  }
  return steps;
}

void refine_summary(Evaluator& evaluator, State& state) {
  const linalg::Summary& sum = state.here.sum;
  if (sum.fold == linalg::Fold::qr || sum.kappa <= kWellConditioned) return;
  evaluator.summary(state.here.x, Grade::covariance, state.here.sum);
}

}  // namespace nlsq::solve
