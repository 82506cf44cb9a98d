// SPDX-License-Identifier: MIT
// The final Gauss-Newton steps, see polish.hpp.
#include "solve/polish.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/triangle.hpp"
#include "solve/bounds.hpp"

namespace nlsq::solve {
namespace {

constexpr double kOrthogonal = 1e-12;  // ‖Qᵀf‖ / ‖f‖ that is rounding
constexpr double kThousandth = 1e-3;   // of a standard error, on many rows
constexpr double kSameCost = 1e-10;    // relative rise of the cost that is rounding
constexpr double kHeld = 1e-2;         // distance to a bound, in one-parameter Gauss-Newton steps
constexpr double kSingular = 1e-14;    // smallest scaled diagonal that is not rounding
constexpr double kWellConditioned = 300.0;  // κ up to which the grades of a summary are the same
constexpr index_t kManyRows = 1'000'000;
constexpr index_t kSomeRows = 1'000;
constexpr double kMillionth = 1e-6;         // of one, on some
constexpr double kHundredMillionth = 1e-8;  // of one, where the limit of steps is the caller's
constexpr int kPatience = 3;

// The Gauss-Newton problem of the parameters that no bound holds; held ones go to their bound.
class FreeProblem {
 public:
  explicit FreeProblem(index_t n) : work_(static_cast<std::size_t>(n)) { triangle_.resize(n); }

  // Sets trial.x and step; returns the scaled length of the step, inf when the problem is singular.
  double step(State& state) {
    measure(state);
    linalg::select_columns(state.here->sum, state.scale, free_, triangle_, work_);
    misfit_ = linalg::norm(triangle_.b);
    if (linalg::min_diagonal(triangle_) < kSingular) return kInfinity;
    linalg::solve(triangle_, triangle_.b);
    for (std::size_t k = 0; k < free_.size(); ++k) {
      const std::size_t j = free_[k];
      state.trial->x[j] = state.here->x[j] - state.scale[j] * triangle_.b[k];
    }
    for (std::size_t j = 0; j < state.step.size(); ++j) {
      state.step[j] = state.trial->x[j] - state.here->x[j];
    }
    return scaled_norm(state.step, state.scale);
  }

  // ‖Qᵀf‖ over the free columns.
  double misfit() const { return misfit_; }

  // The step puts a held parameter onto its bound.
  bool moves_held() const { return moved_held_; }

  // Leaves held parameters where they are from now on; false when the last step moved none of them.
  bool stop_moving_held() {
    return std::exchange(moved_held_, false) && std::exchange(move_held_, false);
  }

 private:
  // Scales at the present point; free parameters; trial.x of the held ones.
  void measure(State& state) {
    measure_columns(state);
    free_.clear();
    moved_held_ = false;
    for (std::size_t j = 0; j < state.scale.size(); ++j) {
      state.scale[j] = state.column_norm[j] > 0.0 ? 1.0 / state.column_norm[j] : 1.0;
      state.trial->x[j] = state.here->x[j];
      const int side = held_by_bound(state, j);
      if (side == 0) {
        free_.push_back(j);
      } else if (move_held_) {
        state.trial->x[j] = side < 0 ? state.lower[j] : state.upper[j];
        moved_held_ = moved_held_ || state.trial->x[j] != state.here->x[j];
      }
    }
  }

  linalg::Triangle triangle_;
  base::SmallVector<std::size_t, 8> free_;
  linalg::Vector work_;
  double misfit_ = 0;
  bool move_held_ = true, moved_held_ = false;
};

// Steps that shrink slowly, because the curvature that Gauss-Newton leaves out is large, go on for
// hundreds of passes. Anderson's mixing with the step before (Walker and Ni 2011, §2, m = 1) is the
// secant method in their common direction.
class Mixing {
 public:
  // Puts trial.x where the last two steps g point to; false when there is nothing to be gained.
  bool extrapolate(State& state, double length) {
    const bool slow = length > kFast * last_length_ && length < kInfinity;
    bool mixed = slow && g_.size() == state.step.size();
    if (mixed) {
      double along = 0.0, change = 0.0;
      for (std::size_t j = 0; j < g_.size(); ++j) {
        const double d = (state.step[j] - g_[j]) / state.scale[j];
        along += state.step[j] / state.scale[j] * d;
        change += d * d;
      }
      const double share = along / change;
      mixed = std::isfinite(share) && std::abs(share) < kMostShare;
      for (std::size_t j = 0; mixed && j < g_.size(); ++j) {
        const double moved = state.here->x[j] - x_[j];
        state.trial->x[j] =
            state.here->x[j] + state.step[j] - share * (moved + state.step[j] - g_[j]);
      }
    }
    x_ = state.here->x;
    g_ = state.step;
    last_length_ = length;
    return mixed;
  }

 private:
  static constexpr double kFast = 0.1;       // of the step before: nothing to be gained
  static constexpr double kMostShare = 1e3;  // beyond, the two steps are the same but for rounding
  linalg::Vector x_, g_;
  double last_length_ = 0.0;
};

// ‖Qᵀf‖ / ‖f‖ at which the polish has done its work. ‖Qᵀf‖ √m / ‖f‖ is the length of the next step
// in standard errors, so on many rows, where a pass costs something, a thousandth of one is enough;
// ftol alone would stop at √(m·ftol) of them.
double enough(const State& state, const SolverOptions& options) {
  if (state.rows <= kSomeRows) return kOrthogonal;
  const double root = std::sqrt(static_cast<double>(state.rows));
  if (options.max_polish) return kHundredMillionth / root;
  return (state.rows > kManyRows ? kThousandth : kMillionth) / root;
}

bool is_done(const State& state, const FreeProblem& problem, double tolerance) {
  return state.linear_loss && problem.misfit() <= tolerance * std::sqrt(state.here->sum.sum_f2);
}

bool moves(const State& state) {
  return std::any_of(state.step.begin(), state.step.end(), [](double s) { return s != 0.0; });
}

// Evaluates the trial: inside the bounds, finite, and no more costly than rounding explains.
bool better(Evaluator& evaluator, State& state, const SolverOptions& options, double cost) {
  if (!inside(state.trial->x, state.lower, state.upper)) return false;
  if (options.before_pass) options.before_pass();
  const double limit = cost + kSameCost * cost;
  evaluator.trial(state.trial->x, Grade::covariance, limit, state.trial->sum);
  ++state.nfev;
  return state.trial->sum.finite && state.trial->sum.cost <= limit;
}

}  // namespace

int held_by_bound(const State& state, std::size_t j) {
  const double x = state.here->x[j];
  const double g = state.here->sum.g[j];
  if (x <= state.lower[j] && g >= 0.0) return -1;
  if (x >= state.upper[j] && g <= 0.0) return 1;
  const double s = distance_downhill(x, g, state.lower[j], state.upper[j]);
  if (!std::isfinite(s) || s * state.column_norm[j] * state.column_norm[j] > kHeld * std::abs(g)) {
    return 0;
  }
  return g > 0.0 ? -1 : 1;
}

index_t polish(Evaluator& evaluator, State& state, const SolverOptions& options, index_t limit) {
  refine_summary(evaluator, state);
  // With a robust loss the steps shrink slowly and no such length is known.
  const bool one_is_enough = state.rows > kManyRows && !state.linear_loss;
  const index_t most = options.max_polish.value_or(one_is_enough ? 1 : limit);
  const double tolerance = enough(state, options);
  FreeProblem problem(state.n);
  Mixing mixing;
  Point* best = state.here;  // or in state.spare
  double best_length = kInfinity;
  index_t steps = 0, best_steps = 0;
  int stale = 0;
  while (true) {
    const double length = problem.step(state);
    if (length < best_length) {
      best = state.here;
      best_length = length;
      best_steps = steps;
      stale = 0;
    } else {
      ++stale;
    }
    if (stale == kPatience || steps >= most || state.nfev >= limit) break;
    if (!std::isfinite(length) || !moves(state)) break;
    if (is_done(state, problem, tolerance) && !problem.moves_held()) break;

    const bool mixed = !problem.moves_held() && mixing.extrapolate(state, length);
    bool accepted = better(evaluator, state, options, best->sum.cost);
    if (!accepted && mixed) {
      for (std::size_t j = 0; j < state.step.size(); ++j) {
        state.trial->x[j] = state.here->x[j] + state.step[j];
      }
      accepted = state.nfev < limit && better(evaluator, state, options, best->sum.cost);
    }
    if (!accepted) {
      if (!problem.stop_moving_held()) break;
      continue;
    }
    if (best == state.here) std::swap(state.here, state.spare);
    std::swap(state.here, state.trial);
    ++steps;
  }
  if (std::isfinite(best_length)) {
    if (best != state.here) std::swap(state.here, state.spare);
    steps = best_steps;
  }
  return steps;
}

void refine_summary(Evaluator& evaluator, State& state) {
  const linalg::Summary& sum = state.here->sum;
  if (sum.fold == linalg::Fold::qr || sum.kappa <= kWellConditioned) return;
  evaluator.summary(state.here->x, Grade::covariance, state.here->sum);
}

}  // namespace nlsq::solve
