// SPDX-License-Identifier: MIT
// The final Gauss-Newton steps, see polish.hpp.
#include "solve/polish.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "linalg/least_norm.hpp"
#include "linalg/local_model.hpp"
#include "linalg/triangle.hpp"
#include "solve/bounds.hpp"

namespace nlsq::solve {
namespace {

constexpr double kOrthogonal = 1e-12;  // ‖Qᵀf‖ / ‖f‖ that is rounding
constexpr double kOvershot = 1e-9;     // of the same: a step that fails there is no rounding
constexpr double kThousandth = 1e-3;   // of a standard error, on many rows
constexpr double kSameCost = 1e-10;    // relative rise of the cost that is rounding
constexpr double kHeld = 1e-2;         // distance to a bound, in one-parameter Gauss-Newton steps
constexpr double kSuspectDiagonal = 1e-12;  // scaled: below, singular values decide the rank
constexpr double kWellConditioned = 300.0;  // κ up to which the grades of a summary are the same
constexpr index_t kManyRows = 1'000'000;
constexpr double kMillionth = 1e-6;         // of one, on some
constexpr double kHundredMillionth = 1e-8;  // of one, where the limit of steps is the caller's
constexpr int kPatience = 3;
constexpr index_t kZigzag =
    5;  // more of it while far from rounding: mixing learns a direction a step

// The Gauss-Newton problem of the parameters that no bound holds; held ones go to their bound.
class FreeProblem {
 public:
  explicit FreeProblem(const State& state) : work_(static_cast<std::size_t>(state.n)) {
    if (!state.local) triangle_.resize(state.n);
  }

  // Sets trial.x and step, the shortest of the Gauss-Newton steps; returns its scaled length, inf
  // where the triangle of a robust loss does not explain the gradient.
  double step(State& state) {
    measure(state);
    if (state.local) return local_step(state);
    linalg::select_columns(state.here->sum, state.scale, free_, triangle_, work_);
    misfit_ = linalg::norm(triangle_.b);
    if (!solve(state)) return kInfinity;
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
  // As step(), with held parameters left out by unit rows.
  double local_step(State& state) {
    const std::size_t n = state.step.size();
    const linalg::LocalModel& model = *state.here->sum.local;
    if (!factor_) factor_ = model.solver();
    std::vector<double> scale(n, 0.0), held(n, 1.0), step(n, 0.0);
    for (const std::size_t j : free_) {
      scale[j] = state.scale[j];
      held[j] = 0.0;
      step[j] = scale[j] * state.here->sum.g[j];
    }
    if (!factor_->factor(model, scale, held, 0.0)) return kInfinity;
    factor_->solve(step);
    double square = 0.0;
    for (const std::size_t j : free_) {
      square += scale[j] * state.here->sum.g[j] * step[j];
      state.trial->x[j] = state.here->x[j] - scale[j] * step[j];
    }
    misfit_ = std::sqrt(std::max(square, 0.0));
    for (std::size_t j = 0; j < n; ++j) state.step[j] = state.trial->x[j] - state.here->x[j];
    return scaled_norm(state.step, state.scale);
  }

  // triangle_.b ← minus the step. Where a column depends on others, what is left of it is rounding,
  // and so is its part of Qᵀf: neither the step nor the misfit follows that.
  bool solve(const State& state) {
    const bool suspect = !(state.here->sum.kappa < kSuspectKappa) ||
                         linalg::min_diagonal(triangle_) < kSuspectDiagonal;
    if (suspect) {
      const linalg::LeastNorm least = linalg::least_norm(triangle_);
      if (least.rank < triangle_.n) {
        for (std::size_t k = 0; k < free_.size(); ++k)
          work_[k] = state.scale[free_[k]] * state.here->sum.g[free_[k]];
        if (!in_range(std::span<const double>(work_).first(free_.size()), least.null, state))
          return false;
        linalg::multiply(triangle_, least.p, work_);
        misfit_ = linalg::norm(std::span<const double>(work_).first(free_.size()));
        for (std::size_t k = 0; k < free_.size(); ++k) triangle_.b[k] = -least.p[k];
        return true;
      }
    }
    linalg::solve(triangle_, triangle_.b);
    return true;
  }

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
  std::unique_ptr<linalg::LocalSolver> factor_;
  base::SmallVector<std::size_t, 8> free_;
  linalg::Vector work_;
  double misfit_ = 0;
  bool move_held_ = true, moved_held_ = false;
};

// Steps that shrink slowly, because the curvature that Gauss-Newton leaves out is large, go on for
// hundreds of passes, and may not shrink at all. Anderson's mixing with the steps before (Walker
// and Ni 2011, §2; as many as there are parameters, five at most) is a secant method in the
// directions they span.
class Mixing {
 public:
  // Puts trial.x where the last steps g point to; false when there is nothing to be gained.
  bool extrapolate(State& state, double length) {
    const bool slow = length > kFast * last_length_ && length < kInfinity;
    const bool mixed = slow && known_ > 0 && mix(state);
    remember(state);
    last_length_ = length;
    return mixed;
  }

 private:
  static constexpr double kFast = 0.1;       // of the step before: nothing to be gained
  static constexpr double kMostShare = 1e3;  // beyond, two steps are the same but for rounding
  static constexpr double kParallel = 1e-6;  // of its length, what is new in a direction
  static constexpr std::size_t kMemory = 5;

  // min ‖g − Σ γᵢ dᵢ‖ with dᵢ = g − gᵢ, all scaled, by Gram-Schmidt from the latest on; then
  // x + g − Σ γᵢ (x − xᵢ + dᵢ).
  bool mix(State& state) {
    const std::size_t n = state.step.size();
    std::array<linalg::Vector, kMemory> directions;  // orthonormal, scaled
    std::array<linalg::Vector, kMemory> moves;       // what x moves by along each
    std::size_t count = 0;
    linalg::Vector target = state.step;
    for (std::size_t j = 0; j < n; ++j) target[j] /= state.scale[j];
    linalg::Vector trial = state.here->x;
    for (std::size_t j = 0; j < n; ++j) trial[j] += state.step[j];
    for (std::size_t back = 1; back <= std::min({known_, kMemory, n}); ++back) {
      const std::size_t i = (known_ - back) % kMemory;
      linalg::Vector d = state.step, move = state.step;
      for (std::size_t j = 0; j < n; ++j) {
        move[j] += state.here->x[j] - x_[i][j] - g_[i][j];
        d[j] = (d[j] - g_[i][j]) / state.scale[j];
      }
      const double whole = linalg::norm(d);
      for (std::size_t k = 0; k < count; ++k) {
        const double along = dot(directions[k], d);
        for (std::size_t j = 0; j < n; ++j) {
          d[j] -= along * directions[k][j];
          move[j] -= along * moves[k][j];
        }
      }
      const double rest = linalg::norm(d);
      if (!(rest > kParallel * whole)) continue;
      for (std::size_t j = 0; j < n; ++j) {
        d[j] /= rest;
        move[j] /= rest;
      }
      const double share = dot(target, d);
      if (!(std::abs(share) < kMostShare * rest)) continue;
      for (std::size_t j = 0; j < n; ++j) trial[j] -= share * move[j];
      directions[count] = std::move(d);
      moves[count++] = std::move(move);
    }
    if (count == 0) return false;
    state.trial->x = trial;
    return true;
  }

  void remember(const State& state) {
    x_[known_ % kMemory] = state.here->x;
    g_[known_ % kMemory] = state.step;
    ++known_;
  }

  static double dot(const linalg::Vector& a, const linalg::Vector& b) {
    double sum = 0.0;
    for (std::size_t j = 0; j < a.size(); ++j) sum += a[j] * b[j];
    return sum;
  }

  std::array<linalg::Vector, kMemory> x_, g_;  // the last ones, in turn
  std::size_t known_ = 0;
  double last_length_ = 0.0;
};

bool is_done(const State& state, const FreeProblem& problem, double tolerance) {
  return state.linear_loss && problem.misfit() <= tolerance * std::sqrt(state.here->sum.sum_f2);
}

// Puts trial.x a share of the step from here.
void go(State& state, double share) {
  for (std::size_t j = 0; j < state.step.size(); ++j)
    state.trial->x[j] = state.here->x[j] + share * state.step[j];
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

// On many rows, where a pass costs something, a thousandth of a standard error is enough; ftol
// alone would stop at √(m·ftol) of them.
double enough(const State& state, const SolverOptions& options) {
  if (state.rows <= kSomeRows) return kOrthogonal;
  const double root = std::sqrt(static_cast<double>(state.rows));
  if (options.max_polish) return kHundredMillionth / root;
  return (state.rows > kManyRows ? kThousandth : kMillionth) / root;
}

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
  FreeProblem problem(state);
  Mixing mixing;
  Point* best = state.here;  // or in state.spare
  double best_length = kInfinity, best_misfit = kInfinity;
  index_t steps = 0, best_steps = 0;
  int stale = 0;
  while (true) {
    const double length = problem.step(state);
    // Above rounding ‖Qᵀf‖ tells how far it is; steps that zigzag have lengths that do not.
    const double rounding = kOvershot * std::sqrt(state.here->sum.sum_f2);
    const bool judged_by_misfit = state.linear_loss && best_misfit > rounding && length < kInfinity;
    if (judged_by_misfit ? problem.misfit() < best_misfit : length < best_length) {
      best = state.here;
      best_length = length;
      best_misfit = problem.misfit();
      best_steps = steps;
      stale = 0;
    } else {
      ++stale;
    }
    const int patience =
        kPatience + (best_misfit > rounding ? static_cast<int>(std::min(state.n, kZigzag)) : 0);
    if (stale >= patience || steps >= most || state.nfev >= limit) break;
    if (!std::isfinite(length) || !moves(state)) break;
    if (is_done(state, problem, tolerance) && !problem.moves_held()) break;

    const bool mixed = !problem.moves_held() && mixing.extrapolate(state, length);
    bool accepted = better(evaluator, state, options, best->sum.cost);
    if (!accepted && mixed) {
      go(state, 1.0);
      accepted = state.nfev < limit && better(evaluator, state, options, best->sum.cost);
    }
    // Where residuals are large Gauss-Newton overshoots, and may do so by more than the whole way;
    // a part of the step leads on, and gives mixing its second point.
    const bool overshot = state.linear_loss && problem.misfit() > rounding;
    for (double share = 0.5; !accepted && overshot && share > 0.1 && state.nfev < limit;
         share *= 0.5) {
      go(state, share);
      accepted = better(evaluator, state, options, best->sum.cost);
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
  if (sum.fold == linalg::Fold::qr || sum.fold == linalg::Fold::sparse ||
      sum.kappa <= kWellConditioned)
    return;
  evaluator.summary(state.here->x, Grade::covariance, state.here->sum);
}

}  // namespace nlsq::solve
