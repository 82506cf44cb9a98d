// SPDX-License-Identifier: MIT
// Stopping tests, see stopping.hpp.
#include "solve/stopping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "solve/bounds.hpp"
#include "solve/polish.hpp"
#include "solve/trust_region.hpp"

namespace nlsq::solve {
namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();
constexpr double kPlateau = 1e3;      // Gauss-Newton promise allowed at an ftol stop, in ftol·cost
constexpr double kStationary = 1e-3;  // optimality below which a step held short counts for xtol
constexpr index_t kPatience = 10;     // steps below ftol that end a fit whatever is promised
constexpr index_t kMostPatience = 30;  // the same of steps some of which gain speed
constexpr index_t kMostGains = 20;     // that are less than ftol in all

template <class... Numbers>
Stop stop(Status status, fmt::format_string<Numbers...> pattern, Numbers... numbers) {
  static_assert(sizeof...(Numbers) <= EndMessage::kMostNumbers);
  return {true, status, EndMessage(fmt::string_view(pattern).data(), {numbers...})};
}

// ‖D x‖ with each parameter at its largest so far: the size that a step is negligible against.
double largest_size(const State& state) { return scaled_norm(state.largest, state.scale); }

// Beside a jump of the residuals, or on the way to a parameter without end, trials that are refused
// come between others that gain a trifle each: none is like the one before, and the region never
// shrinks to nothing. Refused ones do not count: they may be the way to much shorter steps.
bool is_stuck(State& state, double ftol, double actual) {
  const double cost = state.here->sum.cost;  // of accepted steps: a lower trial may be refused yet
  if (state.milestone - cost > ftol * cost) {
    state.milestone = cost;
    state.since_milestone = 0;
    return false;
  }
  if (actual > 0.0) ++state.since_milestone;
  return state.since_milestone >= kMostGains;
}

}  // namespace

double optimality(const State& state) {
  const double f = residual_norm(state.here->sum);
  if (f == 0.0) return 0.0;
  double worst = 0.0;
  for (std::size_t j = 0; j < state.scale.size(); ++j) {
    const double g = state.here->sum.g[j];
    if (g == 0.0 || state.column_norm[j] == 0.0) continue;
    const double share = std::abs(g) / f;
    const double cosine = share / state.column_norm[j];
    if (std::isnan(cosine)) return cosine;  // nothing that is not a number is small
    const double s = distance_downhill(state.here->x[j], g, state.lower[j], state.upper[j]);
    worst = std::max(worst, std::isfinite(s) ? std::min(cosine, share * s / f) : cosine);
  }
  return worst;
}

Stop test_gradient(const State& state, const SolverOptions& options) {
  if (state.here->sum.cost == 0.0) return stop(Status::gtol, "The cost is exactly 0.");
  const double measure = optimality(state);
  if (measure < options.gtol) {
    return stop(Status::gtol, "gtol: the largest scaled gradient component {:.3g} is below {:.3g}.",
                measure, options.gtol);
  }
  if (measure <= kEps) {
    return stop(Status::gtol, "The scaled gradient {:.3g} is rounding only.", measure);
  }
  return {};
}

Stop test_step(State& state, const SolverOptions& options, double actual) {
  const double cost = state.here->sum.cost;
  const double relative_actual = std::abs(actual) / cost;
  const double relative_predicted = state.predicted / cost;
  const bool agrees = actual <= 2.0 * state.predicted;
  // Less is promised than rounding shows, and was not found: a shorter step would promise even
  // less.
  if (agrees && std::max(actual / cost, relative_predicted) <= 4.0 * kEps) {
    return stop(Status::ftol, "The cost {:.6g} cannot be reduced further in double precision.",
                cost);
  }
  const bool small =
      agrees && relative_actual <= options.ftol && relative_predicted <= options.ftol;
  const double promise = state.newton_reduction / cost;
  state.small_steps = small && relative_actual <= state.last_small ? state.small_steps + 1 : 0;
  // Steps to and fro across a bent valley gain now more, now less.
  state.small_in_row = small ? state.small_in_row + 1 : 0;
  state.last_small = relative_actual;
  const bool in_vain = state.small_steps >= kPatience || state.small_in_row >= kMostPatience;
  const bool ftol = small && (promise <= kPlateau * options.ftol || in_vain);

  if (!ftol && is_stuck(state, options.ftol, actual)) {
    return stop(Status::ftol,
                "ftol: the last {:.0f} steps reduced the cost by less than {:.3g} of its "
                "value in all.",
                static_cast<double>(kMostGains), options.ftol);
  }

  const double step = scaled_norm(state.step, state.scale);
  const double size = scaled_norm(state.here->x, state.scale);
  const double limit = options.xtol * (options.xtol * largest_size(state) + size);
  const bool xtol = step < limit && (!state.held_short || optimality(state) <= kStationary);
  if (ftol) {
    if (xtol) {
      return stop(Status::ftol_and_xtol,
                  "ftol: the cost fell by {:.3g} of its value (predicted {:.3g}), not more than "
                  "{:.3g}; xtol: the scaled step {:.3g} is below {:.3g}.",
                  relative_actual, relative_predicted, options.ftol, step, limit);
    }
    return stop(Status::ftol,
                "ftol: the cost fell by {:.3g} of its value (predicted {:.3g}), not more than "
                "{:.3g}.",
                relative_actual, relative_predicted, options.ftol);
  }
  if (xtol) {
    return stop(Status::xtol,
                "xtol: the scaled step {:.3g} is below {:.3g}, that is {:.3g} of the scaled "
                "parameters.",
                step, limit, options.xtol);
  }
  return {};
}

namespace {

// Many rows: the next step is not worth a pass.
Stop test_next_step(const State& state, const SolverOptions& options) {
  if (!state.linear_loss || !options.polish || state.rows <= kSomeRows) return {};
  if (state.held_short || state.bounded) return {};
  const double share = state.newton_reduction / state.here->sum.cost;
  const double length = enough(state, options);
  if (!(share <= length * length && share <= options.ftol)) return {};
  return stop(Status::ftol,
              "ftol: the next step would reduce the cost by {:.3g} of its value, not more than "
              "{:.3g}, and is {:.2g} standard errors long.",
              share, options.ftol, std::sqrt(share * static_cast<double>(state.rows)));
}

// No step changes the parameters.
Stop test_no_move(const State& state, const SolverOptions& options) {
  if (scaled_norm(state.step, state.scale) > kEps * largest_size(state)) return {};
  if (state.last_finite)
    return stop(Status::xtol, "No step that changes the parameters reduces the cost.");
  if (state.iterations > 0 && state.last_small <= options.ftol) {
    return stop(
        Status::ftol,
        "ftol: the cost fell by {:.3g} of its value, not more than {:.3g}, at the edge of where "
        "residuals are finite.",
        state.last_small, options.ftol);
  }
  return stop(Status::not_finite,
              "No trial near the best point has finite residuals and derivatives "
              "(cost {:.6g}).",
              state.here->sum.cost);
}

}  // namespace

Stop test_proposal(const State& state, const SolverOptions& options) {
  if (Stop stop = test_no_move(state, options); stop.now) return stop;
  return test_next_step(state, options);
}

Stop stopped(const State& state) {
  return stop(Status::stopped, "The fit was stopped after {:.0f} steps.",
              static_cast<double>(state.iterations));
}

index_t evaluation_limit(const SolverOptions& options, index_t n) {
  if (options.max_nfev) return *options.max_nfev;
  const index_t limit = options.method == Method::lm ? 100 * (n + 1) * n : 100 * n;
  return std::max<index_t>(500, limit);
}

Stop test_evaluations(const State& state, index_t limit) {
  if (state.nfev < limit) return {};
  return stop(Status::max_nfev, "The limit of {:.0f} evaluations was reached.",
              static_cast<double>(limit));
}

}  // namespace nlsq::solve
