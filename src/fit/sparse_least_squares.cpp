// SPDX-License-Identifier: MIT
#include "nlsq/sparse_least_squares.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "base/environment.hpp"
#include "nlsq/error.hpp"
#include "reduce/sparse_callback.hpp"
#include "result/statistics.hpp"
#include "solve/minimizer.hpp"
#include "solve/strategy.hpp"

namespace nlsq {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

reduce::RowPattern checked(const JacobianPattern& pattern, index_t m, index_t n) {
  if (static_cast<index_t>(pattern.start.size()) != m + 1 || pattern.start.front() != 0 ||
      pattern.start.back() != static_cast<index_t>(pattern.column.size())) {
    throw InputError("jac_sparsity",
                     fmt::format("jac_sparsity: the pattern has {} rows, the residuals are {}",
                                 pattern.start.empty() ? 0 : pattern.start.size() - 1, m));
  }
  reduce::RowPattern out;
  out.start.assign(pattern.start.begin(), pattern.start.end());
  out.column.reserve(pattern.column.size());
  for (const index_t j : pattern.column) {
    if (j < 0 || j >= n) {
      throw InputError("jac_sparsity",
                       fmt::format("jac_sparsity: column {} of {} parameters", j, n));
    }
    out.column.push_back(static_cast<std::int32_t>(j));
  }
  for (index_t i = 0; i < m; ++i) {
    if (out.start[z(i)] > out.start[z(i) + 1])
      throw InputError("jac_sparsity",
                       fmt::format("jac_sparsity: row {} ends before it begins", i));
    std::sort(out.column.begin() + out.start[z(i)], out.column.begin() + out.start[z(i) + 1]);
  }
  return out;
}

std::vector<double> or_all(const std::vector<double>& values, std::size_t n, double otherwise) {
  return values.empty() ? std::vector<double>(n, otherwise) : values;
}

}  // namespace

std::vector<index_t> column_groups(const JacobianPattern& pattern, index_t n) {
  return reduce::group_columns(checked(pattern, static_cast<index_t>(pattern.start.size()) - 1, n),
                               n);
}

FitResult sparse_least_squares(const ResidualFunction& fun, index_t m, std::span<const double> x0,
                               const JacobianPattern& pattern, const LeastSquaresOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const base::EnvironmentScope environment;
  const std::size_t n = x0.size();
  if (options.loss != Loss::linear)
    throw InputError("loss", "loss: with a sparse Jacobian it is 'linear'");
  if (!takes_sparse(options.method))
    throw InputError("method", "method: a sparse Jacobian goes with trf and lm, not with " +
                                   to_string(options.method));
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const std::vector<double> lower = or_all(options.lower, n, -kInf),
                            upper = or_all(options.upper, n, kInf);
  std::vector<double> steps = options.diff_step;
  if (steps.size() != n)
    steps.assign(
        n, steps.size() == 1 ? steps.front() : std::sqrt(std::numeric_limits<double>::epsilon()));
  reduce::SparseCallback evaluator(fun, m, static_cast<index_t>(n),
                                   checked(pattern, m, static_cast<index_t>(n)), std::move(steps),
                                   lower, upper);
  SolverOptions solver = options;
  solver.polish = false;  // differences are too coarse to judge steps near rounding
  solve::Outcome outcome;
  try {
    outcome = solve::minimize(evaluator, x0, lower, upper, solver, true);
  } catch (const InputError& error) {
    if (error.argument() != "p0" && error.argument() != "x0") throw;
    const index_t row = evaluator.first_not_finite(x0);
    if (row < 0) throw;
    throw InputError("x0", fmt::format("x0: residual {} is not finite at the start", row));
  }
  FitResult result;
  std::vector<index_t> free;
  for (std::size_t i = 0; i < n; ++i) {
    result.names.push_back(options.names.empty() ? fmt::format("p{}", i) : options.names[i]);
    free.push_back(static_cast<index_t>(i));
  }
  result.p0.assign(x0.begin(), x0.end());
  result.fixed.assign(n, false);
  result.defaulted.assign(n, false);
  result.method = to_string(solve::method_of(options.method));
  result.loss = "linear";
  result.engine = to_string(Engine::callback);
  result.linear_solver = "sparse";
  result.jacobian_mode = result.derivative_order = "2-point";
  result.jacobian_mode_source = "default";
  result.absolute_sigma = options.absolute_sigma;
  result.has_sigma = true;
  result.difference_evaluations = evaluator.difference_evaluations();
  FitOptions statistics;
  statistics.absolute_sigma = options.absolute_sigma;
  const auto never = [](std::size_t) { return false; };
  fit_impl::fill_statistics(result, outcome, free, {}, statistics, never);
  result.elapsed_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
  return result;
}

}  // namespace nlsq
