// SPDX-License-Identifier: MIT
// Estimates of memory: a fit's footprint on data that need not exist.
#include "nlsq/memory.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/environment.hpp"
#include "expr/model.hpp"
#include "fit/footprint.hpp"
#include "fit/shape.hpp"
#include "nlsq/error.hpp"
#include "plan/plan.hpp"
#include "reduce/callback_evaluator.hpp"
#include "runtime/jacobian_mode.hpp"
#include "runtime/settings.hpp"
#include "solve/minimizer.hpp"

namespace nlsq {
namespace {

MemoryEstimate estimate_of(const fit_impl::TermView& view, const fit_impl::Problem& problem,
                           const FitOptions& options) {
  const reduce::EvaluatorOptions evaluator = fit_impl::evaluator_options(options.threads);
  Plan plan;
  plan::make(fit_impl::shape_of({&view, 1}, problem), options, evaluator, plan);
  MemoryEstimate out;
  out.rows = plan.sizes.rows;
  out.parameters = plan.sizes.free;
  out.least = fit_impl::least_footprint(problem, options, evaluator, plan).most;
  if (options.memory_limit > 0)
    fit_impl::keep_within(options.memory_limit, problem, options, evaluator, plan);
  out.threads = plan.execution.threads;
  out.sample_rows = plan.numerics.sample_rows;
  const fit_impl::Footprint takes = fit_impl::footprint(problem, options, evaluator, plan);
  out.data = takes.data;
  out.working = takes.usual;
  out.most = takes.most;
  return out;
}

MemoryEstimate estimate_view(const Model& model, const Dataset& data, FitOptions options,
                             bool exists) {
  const base::EnvironmentScope environment;
  options.check_finite = options.check_finite && exists;
  const fit_impl::TermView view{&model, &data, options.loss, options.f_scale};
  fit_impl::Preparation preparation{.mode =
                                        fit_impl::choose_jacobian_mode(options.jacobian_mode).mode};
  return estimate_of(view, fit_impl::make_problem({&view, 1}, options, preparation), options);
}

// `rows` values that are nowhere.
Values imagined(index_t rows) {
  Values values;
  values.size = rows;
  return values;
}

void check_rows(index_t rows) {
  if (rows < 1) throw InputError("rows", fmt::format("rows: {} is not positive", rows));
}

}  // namespace

MemoryEstimate estimate_memory(const Model& model, const Dataset& data, const FitOptions& options) {
  return estimate_view(model, data, options, true);
}

MemoryEstimate estimate_memory(const Model& model, index_t rows, const FitOptions& options) {
  check_rows(rows);
  for (const expr::Symbol& symbol : model.impl()->parameters) {
    if (symbol.index_column < 0) continue;
    throw InputError(
        "model", fmt::format("model: only the data tell how many elements '{}' has", symbol.name));
  }
  Dataset data;
  for (const std::string& name : model.columns()) data.column(name, imagined(rows));
  for (index_t o = 0; o < model.outputs(); ++o) data.response(imagined(rows));
  return estimate_view(model, data, options, false);
}

namespace {

// Ordinary models have a factor or a call in each derivative; a sum of peaks stands for them.
MemoryEstimate estimate_ordinary(index_t rows, index_t parameters, const FitOptions& options) {
  std::string formula = "p0";
  for (index_t i = 1; i + 1 < parameters; i += 2)
    formula += fmt::format(" + p{}*exp(-p{}*x)", i, i + 1);
  if (parameters % 2 == 0) formula += fmt::format(" + p{}*x", parameters - 1);
  FitOptions plain;
  plain.threads = options.threads;
  plain.progressive = options.progressive;
  plain.method = options.method;
  plain.precision = options.precision;
  return estimate_memory(Model::parse(formula, {"x"}), rows, plain);
}

}  // namespace

MemoryEstimate estimate_memory(index_t rows, index_t parameters, const FitOptions& options) {
  constexpr index_t kMostMade = 512;  // parameters of a model that is made for it
  check_rows(rows);
  if (parameters < 1) {
    throw InputError("parameters", fmt::format("parameters: {} is not positive", parameters));
  }
  MemoryEstimate out = estimate_ordinary(rows, std::min(parameters, kMostMade), options);
  if (parameters > kMostMade) {
    // Registers grow by the parameter and triangles by the pair: a parabola through three sizes.
    constexpr double a = kMostMade / 4, b = kMostMade / 2, c = kMostMade;
    const MemoryEstimate quarter = estimate_ordinary(rows, kMostMade / 4, options);
    const MemoryEstimate half = estimate_ordinary(rows, kMostMade / 2, options);
    const auto n = static_cast<double>(parameters);
    const auto beyond = [&](index_t MemoryEstimate::*bytes) {
      const double value =
          static_cast<double>(quarter.*bytes) * (n - b) * (n - c) / (a - b) / (a - c) +
          static_cast<double>(half.*bytes) * (n - a) * (n - c) / (b - a) / (b - c) +
          static_cast<double>(out.*bytes) * (n - a) * (n - b) / (c - a) / (c - b);
      constexpr double kMost = 9e18;
      out.*bytes = static_cast<index_t>(std::min(value, kMost));
    };
    for (const auto bytes :
         {&MemoryEstimate::working, &MemoryEstimate::most, &MemoryEstimate::least})
      beyond(bytes);
  }
  out.parameters = parameters;
  out.known_model = false;
  return out;
}

index_t callback_memory(index_t residuals, index_t parameters) {
  return reduce::CallbackEvaluator::bytes(residuals, parameters) +
         solve::workspace_bytes(Method::trf, parameters);
}

}  // namespace nlsq
