// SPDX-License-Identifier: MIT
// The loop of every method: model, propose, judge, resize, stop. Strategies differ in model and
// propose (strategy.hpp). Each trial asks for a whole summary, so an accepted step costs one pass
// over the rows.
#include "solve/minimizer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linalg/triangle.hpp"
#include "nlsq/error.hpp"
#include "solve/bounds.hpp"
#include "solve/edge.hpp"
#include "solve/newton.hpp"
#include "solve/polish.hpp"
#include "solve/stopping.hpp"
#include "solve/strategy.hpp"
#include "solve/trust_region.hpp"

namespace nlsq::solve {
namespace {

constexpr double kSettled = 1e-12;   // of the cost: a promise of no digit that counts
constexpr double kAlongEdge = 1e-2;  // of the cost, beyond which whole steps are tried again
constexpr index_t kMostFlat = 3;     // trials: where the least cost is flat, it is reached at last
constexpr double kGoodGain = 0.5;  // share of the promise, below which an estimate has had its day

void check_start(const Evaluator& evaluator, std::span<const double> x0,
                 std::span<const double> lower, std::span<const double> upper,
                 const SolverOptions& options) {
  const auto n = static_cast<std::size_t>(evaluator.parameters());
  if (x0.size() != n || lower.size() != n || upper.size() != n) {
    throw InputError("p0", fmt::format("p0 has {} values and bounds {} and {} for {} parameters.",
                                       x0.size(), lower.size(), upper.size(), n));
  }
  options.validate(static_cast<index_t>(n));
  for (std::size_t j = 0; j < n; ++j) {
    if (!std::isfinite(x0[j])) {
      throw InputError("p0", fmt::format("p0[{}] is {}: a start must be finite.", j, x0[j]));
    }
    if (!(lower[j] < upper[j])) {
      throw InputError("bounds", fmt::format("bounds[{}]: lower {} is not below upper {}.", j,
                                             lower[j], upper[j]));
    }
    if (!(x0[j] >= lower[j] && x0[j] <= upper[j])) {
      throw InputError("p0", fmt::format("p0[{}] = {} is outside its bounds [{}, {}].", j, x0[j],
                                         lower[j], upper[j]));
    }
  }
  if (!takes_bounds(options.method) && any_finite(lower, upper)) {
    throw InputError("bounds", fmt::format("Method {} takes no bounds; use trf or dogbox.",
                                           to_string(options.method)));
  }
}

// Evaluates state.trial, which is of use only if its cost is not above the limit. Throws
// PassStopped.
void evaluate(Evaluator& evaluator, State& state, const SolverOptions& options, double limit) {
  if (options.before_pass) options.before_pass();
  evaluator.trial(state.trial->x, Grade::step, limit, state.trial->sum);
  ++state.nfev;
}

Stop report(const State& state, const SolverOptions& options) {
  if (options.stop && options.stop()) return stopped(state);
  if (!options.callback) return {};
  Iteration seen;
  seen.iteration = state.iterations;
  seen.nfev = state.nfev;
  seen.cost = state.here->sum.cost;
  seen.step_norm = std::sqrt(linalg::dot(state.step, state.step));
  seen.optimality = optimality(state);
  seen.parameters = state.here->x;
  if (!options.callback(seen)) return {};
  return {true, Status::stopped,
          fmt::format("The callback stopped the fit after {} steps.", state.iterations)};
}

// One more step where a fit converged, for its digits: derivatives had to be found anew there.
void settle(Evaluator& evaluator, State& state, Strategy& strategy) {
  strategy.model(state);
  if (!(state.newton_reduction > kSettled * state.here->sum.cost)) return;
  strategy.propose(state);
  evaluator.trial(state.trial->x, Grade::step, -std::numeric_limits<double>::infinity(),
                  state.trial->sum);
  ++state.nfev;
  if (!(state.trial->sum.finite && state.trial->sum.cost <= state.here->sum.cost)) return;
  if (evaluator.estimate(state.trial->x, state.trial->sum)) accept(state);
}

// The last passes. Who stops the fit meanwhile gets what there is.
index_t refine(Evaluator& evaluator, State& state, Strategy& strategy, const Stop& stop,
               const SolverOptions& options, index_t limit) {
  const bool converged = static_cast<int>(stop.status) > 0;
  try {
    if (state.here->sum.estimated) {
      const bool anew = evaluator.last(state.here->x, state.here->sum);
      if (anew && converged && state.nfev < limit) settle(evaluator, state, strategy);
    }
    const bool exact = state.here->sum.cost == 0.0;
    // Where the caller limits the steps, a function's Jacobian is not asked for beyond gtol.
    const bool enough =
        stop.status == Status::gtol && options.max_polish && evaluator.ends_with_cost();
    if (options.polish && converged && !enough && !state.settled && !exact && state.n > 0) {
      return polish(evaluator, state, options, limit);
    }
    refine_summary(evaluator, state);
  } catch (const PassStopped&) {}
  return 0;
}

// None of several parameters has an effect, and the residuals are not 0. One may be without at a
// minimum.
bool lacks_all_slope(const linalg::Summary& sum) {
  const auto is_zero = [](double v) { return v == 0.0; };
  return sum.n > 1 && sum.cost > 0.0 && !sum.estimated && std::ranges::all_of(sum.g, is_zero) &&
         std::ranges::all_of(sum.R, is_zero) && !sum.local;
}

// No step stays where residuals are finite, which is why a fit ends.
bool is_at_edge(const Stop& stop) {
  return static_cast<int>(stop.status) > 0 || stop.status == Status::not_finite;
}

// Stopped before anything was known of any point.
Outcome finish_at_start(const State& state) {
  Outcome out;
  out.x = state.trial->x;
  out.active.resize(out.x.size());
  out.summary.resize(state.n);
  out.summary.rows = state.rows;
  out.summary.cost = out.start_cost = std::numeric_limits<double>::quiet_NaN();
  out.optimality = out.summary.cost;
  out.status = Status::stopped;
  out.message = "The fit was stopped during its first pass over the data.";
  return out;
}

Outcome finish(Evaluator& evaluator, State& state, Strategy& strategy, Stop stop,
               const SolverOptions& options, index_t limit) {
  Outcome out;
  out.polish_steps = refine(evaluator, state, strategy, stop, options, limit);
  measure_columns(state);
  out.optimality = optimality(state);
  out.active.resize(state.here->x.size());
  for (std::size_t j = 0; j < out.active.size(); ++j) out.active[j] = held_by_bound(state, j);
  out.x = std::move(state.here->x);
  out.summary = std::move(state.here->sum);
  out.status = stop.status;
  out.message = std::move(stop.message);
  out.start_cost = state.start_cost;
  out.nfev = state.nfev;
  out.njev = state.njev;
  out.iterations = state.iterations;
  return out;
}

// Derivatives at state.here in place of estimates, which stay where those are not finite. Estimates
// of a singular Jacobian err in how it turns along what changes nothing, which no step shows: how
// short the last ones were says nothing about the model that there is now.
void refresh(Evaluator& evaluator, State& state) {
  evaluator.summary(state.here->x, Grade::step, state.spare->sum);
  if (state.spare->sum.finite) std::swap(state.here->sum, state.spare->sum);
  state.here->sum.estimated = false;
  if (!(state.here->sum.kappa < kSuspectKappa))
    state.radius = std::max(state.radius, state.sound_radius);
}

// The step came from estimated derivatives, which are no reason to stop or to take shorter steps:
// they are asked for at the better one of its ends.
void renew(Evaluator& evaluator, State& state, double actual) {
  if (actual > 0.0) {
    evaluator.summary(state.trial->x, Grade::step, state.trial->sum);
    if (state.trial->sum.finite) accept(state);
  }
  if (state.here->sum.estimated) refresh(evaluator, state);
}

// Steps from state.here until one is accepted or a test stops the fit.
Stop improve(Evaluator& evaluator, State& state, Strategy& strategy, const SolverOptions& options,
             index_t limit, PrecisionControl& precision) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const bool cost_first = evaluator.ends_with_cost() && !options.callback;
  linalg::Summary& trial_sum = state.trial->sum;
  if (!state.here->sum.estimated) state.sound_radius = state.radius;
  while (true) {
    if (precision.is_due(limit)) {
      precision.raise(Upgrade::end);
      return {};
    }
    if (Stop stop = test_evaluations(state, limit); stop.now) return stop;
    strategy.propose(state);
    const Stop before = test_proposal(state, options);
    if (before.now && state.here->sum.estimated) {
      refresh(evaluator, state);
      return {};
    }
    if (before.now) return precision.raise(Upgrade::end) ? Stop{} : before;
    const bool takes_over = precision.choose(limit);
    evaluate(evaluator, state, options, cost_first ? -kInfinity : state.here->sum.cost);
    state.last_finite = trial_sum.finite;
    if (takes_over) {
      precision.take_over(strategy);
      return {};
    }
    if (!state.last_finite) {
      precision.raise(precision.judge(0.0, false));
      state.radius = 0.25 * state.step_length;
      continue;
    }
    const double actual = state.here->sum.cost - trial_sum.cost;
    Stop stop = test_step(state, options, actual);
    if (state.here->sum.estimated && (stop.now || !(actual > kGoodGain * state.predicted))) {
      renew(evaluator, state, actual);
      return {};
    }
    if (cost_first && actual > 0.0 && !stop.now) {
      evaluator.trial(state.trial->x, Grade::step, kInfinity, trial_sum);
      state.last_finite = trial_sum.finite;
      if (!state.last_finite) {
        state.radius = 0.25 * state.step_length;
        continue;
      }
    }
    // Beyond the model's domain, where it is a constant: lower perhaps, but no fit goes on there.
    if (actual > 0.0 && state.flat_trials < kMostFlat && lacks_all_slope(trial_sum) &&
        !lacks_all_slope(state.here->sum)) {
      ++state.flat_trials;
      state.radius = 0.25 * state.step_length;
      continue;
    }
    const Upgrade why = precision.judge(actual, stop.now);
    if (precision.is_low()) stop = {};
    strategy.resize(state, actual);
    if (actual > 0.0) {
      accept(state);
      precision.moved();
    }
    precision.raise(why);
    if (actual > 0.0 || stop.now || why != Upgrade::none) return stop;
  }
}

}  // namespace

// Matrices: three points, the triangle of the model, the step finder's and the polish's; dogbox has
// one more for a face. Vectors: three points with three each, the state's and a strategy's.
index_t workspace_bytes(Method method, index_t n) {
  constexpr std::size_t kVectors = 32;
  const std::size_t matrices = method == Method::dogbox ? 7 : 6;
  const auto size = static_cast<std::size_t>(n);
  return static_cast<index_t>(matrices * linalg::Matrix::bytes(size * size) +
                              kVectors * linalg::Vector::bytes(size));
}

Outcome minimize(Evaluator& evaluator, std::span<const double> x0, std::span<const double> lower,
                 std::span<const double> upper, const SolverOptions& options, bool linear_loss,
                 const Shortcut* shortcut) {
  check_start(evaluator, x0, lower, upper, options);
  State state(evaluator.parameters(), evaluator.rows(), lower, upper, evaluator.has_local_models());
  state.linear_loss = linear_loss;
  state.first_step = options.first_step;
  const index_t limit = evaluation_limit(options, state.n);
  StrategyRoom room;
  const StrategyPtr strategy = make_strategy(options.method, state, room);

  const auto begin_at = [&](std::span<const double> x) {
    std::copy(x.begin(), x.end(), state.trial->x.begin());
    strategy->place(state, state.trial->x);
    evaluate(evaluator, state, options, std::numeric_limits<double>::infinity());
  };
  PrecisionControl precision(evaluator, state, options);
  bool is_short = false;
  try {
    if (shortcut != nullptr) begin_at(shortcut->x);
    is_short = shortcut != nullptr && shortcut->accept(state.trial->sum);
    if (!is_short) begin_at(x0);
  } catch (const PassStopped&) {
    return finish_at_start(state);
  }
  if (!state.trial->sum.finite) {
    throw InputError(
        "p0", "A residual or derivative is not finite at p0, or the sum of squares overflows.");
  }
  accept(state);
  state.start_cost = state.here->sum.cost;
  state.iterations = 0;
  linalg::Vector start_norms(is_short ? 0 : static_cast<std::size_t>(state.n));
  if (!is_short) linalg::column_norms(state.here->sum, start_norms);
  if (state.n == 0) {
    return finish(evaluator, state, *strategy, {true, Status::gtol, "There is no free parameter."},
                  options, limit);
  }

  Stop stop;
  const auto iterate = [&] {
    if (is_short && !shortcut->hessian.empty() && options.polish)
      stop = newton_steps(evaluator, state, shortcut->hessian, options, limit);
    update_scale(state, options, 0.0);
    strategy->start(state);
    while (!stop.now) {
      if (stop = test_gradient(state, options); stop.now) {
        if (state.here->sum.estimated) {
          refresh(evaluator, state);
          update_scale(state, options, strategy->scale_memory());
          stop = {};
          continue;
        }
        if (!precision.raise(Upgrade::end)) break;
        stop = {};
        continue;
      }
      strategy->model(state);
      const index_t before = state.iterations;
      stop = improve(evaluator, state, *strategy, options, limit, precision);
      if (stop.now && !state.last_finite && is_at_edge(stop) && !state.local) {
        if (slide_along_edge(evaluator, state, options, limit) > kAlongEdge) stop = {};
      }
      if (state.iterations == before) continue;
      update_scale(state, options, strategy->scale_memory());
      if (Stop asked = report(state, options); asked.now) stop = asked;
    }
    precision.raise(Upgrade::end);
  };
  try {
    iterate();
  } catch (const PassStopped&) {
    evaluator.end_float32();
    stop = stopped(state);
  }
  Outcome outcome = finish(evaluator, state, *strategy, std::move(stop), options, limit);
  outcome.from_shortcut = is_short;
  outcome.start_norms = std::move(start_norms);
  outcome.nfev_float32 = precision.passes();
  outcome.upgrade = precision.why();
  return outcome;
}

}  // namespace nlsq::solve
