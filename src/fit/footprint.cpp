// SPDX-License-Identifier: MIT
#include "fit/footprint.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "columns/first_look.hpp"
#include "fit/progressive.hpp"
#include "nlsq/error.hpp"
#include "nlsq/memory.hpp"
#include "plan/plan.hpp"
#include "result/judgement.hpp"
#include "solve/minimizer.hpp"

namespace nlsq::fit_impl {
namespace {

using reduce::DataEvaluator;
using reduce::FoldsUsed;

constexpr index_t kBesides = 256;     // bytes of the result and its texts
constexpr index_t kOfParameter = 48;  // bytes of names and results beside the covariance

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

index_t data_bytes(const Problem& problem) {
  std::vector<const void*> seen;
  index_t bytes = 0;
  for (const reduce::Term& term : problem.terms) {
    if (term.stream) continue;
    for (const reduce::ColumnSource& column : term.columns) {
      if (column.data != nullptr) {
        if (std::find(seen.begin(), seen.end(), column.data) != seen.end()) continue;
        seen.push_back(column.data);
      }
      bytes += term.rows * (column.float32 ? 4 : 8);
    }
  }
  return bytes;
}

index_t rows_of(const Problem& problem) {
  index_t rows = 0;
  for (const reduce::Term& term : problem.terms)
    rows += term.rows * static_cast<index_t>(term.program->outputs.size()) - term.masked_rows;
  return rows;
}

// The evaluators of the sample and of all rows come one after the other and hand on one workspace,
// whose blocks have the rows of the larger. The covariance is made when the solver is done.
index_t working_bytes(const Problem& problem, const FitOptions& options,
                      const reduce::EvaluatorOptions& evaluator, index_t sampled, FoldsUsed folds) {
  const index_t n = problem.free();
  const auto N = static_cast<index_t>(problem.table.names.size());
  const auto matrix = static_cast<index_t>(linalg::Matrix::bytes(z(n * n)));
  index_t judged = 0;
  for (const reduce::Term& term : problem.terms) {
    if (options.judge) judged = std::max(judged, judged_bytes(term, evaluator.walk));
  }
  // Another attempt runs beside the best end so far (second_start.hpp).
  const index_t solver =
      std::max(solve::workspace_bytes(options.method, n) + matrix, matrix + N * N * 8);
  const index_t end = std::max(solver, judged);
  index_t result = N * kOfParameter + kBesides;
  for (const reduce::Term& term : problem.terms) {
    const auto outputs = static_cast<index_t>(term.program->outputs.size());
    const auto columns = static_cast<index_t>(options.fingerprints ? term.columns.size() : 0);
    if (FirstLook::pays(term.rows)) result += FirstLook::bytes(term.rows, outputs, columns);
  }
  if (sampled == 0) return DataEvaluator::bytes(problem.terms, n, evaluator, folds) + end + result;
  const std::vector<reduce::Term> sample = {sampled_term(problem.terms.front(), sampled)};
  const SampleBytes values = sample_bytes(problem.terms.front(), sampled);
  const index_t during =
      values.values +
      std::max(values.numbers, DataEvaluator::bytes(sample, n, evaluator, folds) + solver);
  reduce::EvaluatorOptions handed_on = evaluator;
  handed_on.walk.block = reduce::Walker::block_of(sample.front(), evaluator.walk);
  const index_t after = DataEvaluator::bytes(problem.terms, n, handed_on, folds) + end;
  return std::max(during, after) + 2 * matrix + result;  // the sample's summary and Hessian
}

}  // namespace

Footprint footprint(const Problem& problem, const FitOptions& options,
                    const reduce::EvaluatorOptions& evaluator, index_t sampled) {
  const FoldsUsed usual = DataEvaluator::usual_folds(rows_of(problem), problem.free(), evaluator);
  return {data_bytes(problem), working_bytes(problem, options, evaluator, sampled, usual),
          working_bytes(problem, options, evaluator, sampled, FoldsUsed::any)};
}

Footprint footprint(const Problem& problem, const FitOptions& options,
                    reduce::EvaluatorOptions evaluator, const Plan& plan) {
  plan::apply(plan, evaluator);
  return footprint(problem, options, evaluator, plan.numerics.sample_rows);
}

Footprint least_footprint(const Problem& problem, const FitOptions& options,
                          const reduce::EvaluatorOptions& evaluator, Plan plan) {
  while (plan::shrink(problem.terms, plan)) {}
  return footprint(problem, options, evaluator, plan);
}

void keep_within(index_t limit, const Problem& problem, const FitOptions& options,
                 const reduce::EvaluatorOptions& evaluator, Plan& plan) {
  while (true) {
    const Footprint takes = footprint(problem, options, evaluator, plan);
    if (takes.data + takes.most <= limit) return;
    if (plan::shrink(problem.terms, plan)) continue;
    throw InputError(
        "memory_limit",
        fmt::format("memory_limit: {} is too little; this fit needs at least {}: {} of data and {} "
                    "beside them",
                    shown_bytes(limit), shown_bytes(takes.data + takes.most),
                    shown_bytes(takes.data), shown_bytes(takes.most)));
  }
}

}  // namespace nlsq::fit_impl
