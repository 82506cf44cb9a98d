// SPDX-License-Identifier: MIT
// least_squares: the minimizer on the callback engine.
#include "nlsq/least_squares.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "base/environment.hpp"
#include "fit/jacobian_mode.hpp"
#include "fit/refine.hpp"
#include "fit/statistics.hpp"
#include "nlsq/error.hpp"
#include "reduce/callback_evaluator.hpp"
#include "solve/minimizer.hpp"

namespace nlsq {
namespace {

void check_length(const std::vector<double>& values, std::size_t n, const char* name) {
  if (!values.empty() && values.size() != n) {
    throw InputError(name, fmt::format("{}: {} values for {} parameters", name, values.size(), n));
  }
}

std::vector<double> or_all(const std::vector<double>& values, std::size_t n, double fallback) {
  return values.empty() ? std::vector<double>(n, fallback) : values;
}

FitResult run(engine::CallbackProblem problem, std::span<const double> x0,
              const LeastSquaresOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const base::EnvironmentScope environment;
  const std::size_t n = x0.size();
  const index_t m = problem.m;
  const fit_impl::ModeChoice mode = fit_impl::choose_jacobian_mode(options.jacobian_mode);
  if (problem.m <= 0)
    throw InputError("m", fmt::format("m: {} residuals; at least one is needed", problem.m));
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
  constexpr double kInf = std::numeric_limits<double>::infinity();
  problem.three_point = options.differences == Differences::three_point;
  problem.relative_step = options.diff_step;
  problem.lower = or_all(options.lower, n, -kInf);
  problem.upper = or_all(options.upper, n, kInf);
  FitResult result;
  std::vector<index_t> free;
  for (std::size_t i = 0; i < n; ++i) {
    if (!(problem.lower[i] <= problem.upper[i])) {
      throw InputError(
          "bounds",
          fmt::format("bounds: the lower bound {} of parameter {} is above the upper bound {}",
                      problem.lower[i], i, problem.upper[i]));
    }
    result.names.push_back(options.names.empty() ? fmt::format("p{}", i) : options.names[i]);
    free.push_back(static_cast<index_t>(i));
  }
  const bool user_jacobian = static_cast<bool>(problem.jacobian);
  const std::vector<double> lower = problem.lower, upper = problem.upper;
  reduce::CallbackEvaluator evaluator(std::move(problem), static_cast<index_t>(n), options.loss,
                                      options.f_scale);
  SolverOptions solver = options;
  // Differences are too coarse to judge steps near rounding.
  solver.polish = options.polish && user_jacobian;
  const bool refined = options.last_jacobian && options.loss == Loss::linear;
  const auto unbounded = [](double bound) { return std::isinf(bound); };
  evaluator.set_ends_with_cost(refined && !solver.polish && std::ranges::all_of(lower, unbounded) &&
                               std::ranges::all_of(upper, unbounded));
  solve::Outcome outcome;
  try {
    outcome = solve::minimize(evaluator, x0, lower, upper, solver, options.loss == Loss::linear);
  } catch (const InputError& error) {
    if (error.argument() != "p0" && error.argument() != "x0") throw;
    const index_t row = evaluator.first_not_finite(x0);
    if (row < 0) throw;
    throw InputError("x0", fmt::format("x0: residual {} is not finite at the start", row));
  }
  if (refined && static_cast<int>(outcome.status) > 0) {
    const JacobianFunction coarse = evaluator.use_jacobian(options.last_jacobian);
    if (!fit_impl::refine(evaluator, lower, upper, options.last_jacobian_at_end, outcome)) {
      evaluator.use_jacobian(coarse);
      evaluator.summary(outcome.x, solve::Grade::covariance, outcome.summary);
    }
  }
  result.p0.assign(x0.begin(), x0.end());
  result.fixed.assign(n, false);
  result.defaulted.assign(n, false);
  result.method = to_string(options.method == Method::automatic ? Method::trf : options.method);
  result.loss = to_string(options.loss);
  result.engine = "callback";
  result.derivative_order = user_jacobian                                   ? "user"
                            : options.differences == Differences::two_point ? "2-point"
                                                                            : "3-point";
  fit_impl::report_jacobian_mode(mode, static_cast<index_t>(n), m, result);
  result.jacobian_mode = result.derivative_order;
  result.absolute_sigma = options.absolute_sigma;
  FitOptions statistics;
  statistics.absolute_sigma = options.absolute_sigma;
  result.has_sigma = true;  // residuals come weighted, or not, as the caller has it
  fit_impl::fill_statistics(result, outcome, free, {}, statistics);
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
