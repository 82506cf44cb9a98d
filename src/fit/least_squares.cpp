// SPDX-License-Identifier: MIT
// least_squares: the minimizer on the callback engine.
#include "nlsq/least_squares.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>
#include <functional>
#include <limits>
#include <utility>

#include "base/environment.hpp"
#include "nlsq/error.hpp"
#include "reduce/callback_evaluator.hpp"
#include "result/judgement.hpp"
#include "result/statistics.hpp"
#include "runtime/jacobian_mode.hpp"
#include "solve/minimizer.hpp"
#include "solve/strategy.hpp"
#include "starts/second_start.hpp"

namespace nlsq {
namespace {

constexpr double kNarrow = 1e-10;     // rounding of types of less than 8 bytes
constexpr double kFirstStep = 100.0;  // MINPACK's factor

void check_length(const std::vector<double>& values, std::size_t n, const char* name) {
  if (!values.empty() && values.size() != n) {
    throw InputError(name, fmt::format("{}: {} values for {} parameters", name, values.size(), n));
  }
}

std::vector<double> or_all(const std::vector<double>& values, std::size_t n, double fallback) {
  return values.empty() ? std::vector<double>(n, fallback) : values;
}

// The function, but that where it may refuse parameters by an exception, its values there are no
// numbers.
template <class Function>
Function refusable(Function function, const bool& may_refuse, const LeastSquaresOptions& options) {
  if (!function) return function;
  return [function = std::move(function), &may_refuse, &options](std::span<const double> p,
                                                                 std::span<double> values) {
    try {
      function(p, values);
    } catch (const std::exception& error) {
      if (!may_refuse || (options.is_fatal && options.is_fatal(error))) throw;
      std::ranges::fill(values, std::numeric_limits<double>::quiet_NaN());
    }
  };
}

void check(const LeastSquaresOptions& options, std::size_t n, index_t m) {
  if (m <= 0) throw InputError("m", fmt::format("m: {} residuals; at least one is needed", m));
  if (options.method == Method::varpro) {
    throw InputError("method",
                     "method: 'varpro' needs a model whose formula is known, which a function that "
                     "is called does not tell; use 'trf'");
  }
  check_length(options.lower, n, "lower");
  check_length(options.upper, n, "upper");
  check_length(options.diff_step, n, "diff_step");
  if (!options.names.empty() && options.names.size() != n) {
    throw InputError("names",
                     fmt::format("names: {} names for {} parameters", options.names.size(), n));
  }
  if (!(options.f_scale > 0.0 && std::isfinite(options.f_scale))) {
    throw InputError("f_scale",
                     fmt::format("f_scale: {} is not a positive number", options.f_scale));
  }
}

void check_order(std::span<const double> lower, std::span<const double> upper) {
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if (lower[i] <= upper[i]) continue;
    throw InputError(
        "bounds",
        fmt::format("bounds: the lower bound {} of parameter {} is above the upper bound {}",
                    lower[i], i, upper[i]));
  }
}

DifferenceRule rule_of(const LeastSquaresOptions& options, const std::vector<double>& lower,
                       const std::vector<double>& upper, std::span<const double> x0) {
  // Forward differences leave too few digits of values that have few.
  const bool narrow = options.epsilon > kNarrow && options.diff_step.empty();
  return {narrow ? Differences::three_point : options.differences,
          options.epsilon,
          options.diff_step,
          options.diff_step_floor,
          lower,
          upper,
          options.diff_step_at_zero,
          {x0.begin(), x0.end()}};
}

// What a result says of the problem, whatever its end is.
void describe(const LeastSquaresOptions& options, std::span<const double> x0, bool user_jacobian,
              FitResult& result) {
  result.p0.assign(x0.begin(), x0.end());
  result.fixed.assign(x0.size(), false);
  result.defaulted.assign(x0.size(), false);
  result.method = to_string(solve::method_of(options.method));
  result.loss = to_string(options.loss);
  result.engine = to_string(Engine::callback);
  result.derivative_order = user_jacobian                                   ? "user"
                            : options.differences == Differences::two_point ? "2-point"
                                                                            : "3-point";
  result.absolute_sigma = options.absolute_sigma;
  result.has_sigma = true;  // residuals come weighted, or not, as the caller has it
}

FitResult run(engine::CallbackProblem problem, std::span<const double> x0,
              const LeastSquaresOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const base::EnvironmentScope environment;
  const std::size_t n = x0.size();
  const index_t m = problem.m;
  const fit_impl::ModeChoice mode = fit_impl::choose_jacobian_mode(options.jacobian_mode);
  check(options, n, m);
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const std::vector<double> lower = or_all(options.lower, n, -kInf);
  const std::vector<double> upper = or_all(options.upper, n, kInf);
  check_order(lower, upper);
  problem.probe = options.probe;
  problem.rule = rule_of(options, lower, upper, x0);
  problem.data_norm = options.data_norm;
  FitResult result;
  std::vector<index_t> free;
  for (std::size_t i = 0; i < n; ++i) {
    result.names.push_back(options.names.empty() ? fmt::format("p{}", i) : options.names[i]);
    free.push_back(static_cast<index_t>(i));
  }
  const bool user_jacobian = static_cast<bool>(problem.jacobian);
  // A fit that ended must not fail because one of its further attempts went where the function
  // raises.
  bool is_further = false;
  problem.residuals = refusable(std::move(problem.residuals), is_further, options);
  problem.probe = refusable(std::move(problem.probe), is_further, options);
  problem.jacobian = refusable(std::move(problem.jacobian), is_further, options);
  reduce::CallbackEvaluator evaluator(
      std::move(problem), static_cast<index_t>(n), options.loss, options.f_scale,
      {options.estimates, options.jacobian_at_end, user_jacobian ? nullptr : options.told,
       static_cast<bool>(options.callback)});
  SolverOptions solver = options;
  // Differences are too coarse to judge steps near rounding.
  solver.polish = options.polish && user_jacobian;
  // A function is called far from its start for what it does at a flat one: differences relative to
  // a parameter that grew a million times show nothing of it there.
  if (solver.first_step == 0.0) solver.first_step = kFirstStep;
  solve::Outcome outcome;
  try {
    const auto attempt = [&](std::span<const double> start, const SolverOptions& how) {
      evaluator.forget();
      return solve::minimize(evaluator, start, lower, upper, how, options.loss == Loss::linear);
    };
    outcome = attempt(x0, solver);
    fit_impl::Expectation expected{.total = options.total};
    if (!user_jacobian) expected.kappa = fit_impl::Expectation::kKappaOfDifferences;
    is_further = true;
    if (!fit_impl::is_well(outcome, expected))
      outcome = fit_impl::best_end(std::move(outcome), expected, x0, lower, upper, solver, attempt);
  } catch (const InputError& error) {
    if (error.argument() != "p0" && error.argument() != "x0") throw;
    const index_t row = evaluator.first_not_finite(x0);
    if (row < 0) throw;
    throw InputError("x0", fmt::format("x0: residual {} is not finite at the start", row));
  }
  is_further = false;
  outcome.njev = evaluator.jacobians();
  describe(options, x0, user_jacobian, result);
  fit_impl::report_jacobian_mode(mode, static_cast<index_t>(n), m, result);
  result.jacobian_mode = result.derivative_order;
  FitOptions statistics;
  statistics.absolute_sigma = options.absolute_sigma;
  result.difference_evaluations = evaluator.difference_evaluations();
  const auto acts_in_jumps = [&](std::size_t j) {
    return !user_jacobian && evaluator.acts_in_jumps(j);
  };
  fit_impl::fill_statistics(result, outcome, free, {}, statistics, std::cref(acts_in_jumps));
  const bool is_well = result.success && result.rank == static_cast<index_t>(n);
  if (options.judge) {
    const auto cost = [&](std::span<const double> p) { return evaluator.cost(p); };
    const fit_impl::Surroundings around{cost, {}, options.total};
    fit_impl::judge_parameters(outcome, free, around, result);
  }
  // Told at the very end: a function that remembers some points remembers the last ones.
  if (options.told_if_well || !is_well) {
    evaluator.tell_last(outcome.x, outcome.attempts > 1);
    result.difference_evaluations = evaluator.difference_evaluations();
  }
  result.elapsed_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
  return result;
}

}  // namespace

FitResult least_squares(const ResidualFunction& fun, index_t m, std::span<const double> x0,
                        const LeastSquaresOptions& options) {
  engine::CallbackProblem problem;
  problem.residuals = fun;
  problem.m = m;
  return run(std::move(problem), x0, options);
}

FitResult least_squares(const ResidualFunction& fun, const JacobianFunction& jac, index_t m,
                        std::span<const double> x0, const LeastSquaresOptions& options) {
  engine::CallbackProblem problem;
  problem.residuals = fun;
  problem.jacobian = jac;
  problem.m = m;
  return run(std::move(problem), x0, options);
}

}  // namespace nlsq
