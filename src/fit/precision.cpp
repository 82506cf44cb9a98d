// SPDX-License-Identifier: MIT
#include "fit/precision.hpp"

#include <chrono>
#include <optional>
#include <vector>

#include "nlsq/error.hpp"
#include "runtime/settings.hpp"
#include "solve/minimizer.hpp"
#include "solve/precision.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr int kPairs = 30;

// None where a fit that can be measured has no float32 pass.
std::optional<bool> measure(const std::function<Tried(bool)>& fit) {
  if (!fit(true).used_float32) return std::nullopt;  // what is made once is not counted
  fit(false);
  std::vector<double> ratios;
  for (int pair = 0; pair < kPairs; ++pair) {
    const double low = fit(true).seconds;
    ratios.push_back(low / fit(false).seconds);
  }
  return solve::float32_pays(ratios);
}

index_t data_rows(const Problem& problem) {
  index_t rows = 0;
  for (const reduce::Term& term : problem.terms) rows += term.rows;
  return rows;
}

}  // namespace

Tried try_fit(const Problem& problem, const Trial& trial, reduce::EvaluatorOptions evaluator,
              bool float32) {
  FitOptions quiet(trial.options);
  quiet.callback = nullptr;
  quiet.stop = nullptr;
  evaluator.float32 = float32;
  evaluator.log = nullptr;
  const ParameterTable& table = problem.table;
  const auto start = std::chrono::steady_clock::now();
  reduce::DataEvaluator own(problem.terms, table.start, table.free, evaluator, shared_pool());
  const solve::Outcome end =
      solve::minimize(own, trial.start, trial.lower, trial.upper, quiet, problem.linear_loss());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return {took.count(), end.nfev_float32 > 0};
}

bool float32_measured(const Problem& problem, const std::function<Tried(bool)>& fit) {
  using Verdict = reduce::Workspaces::Verdict;
  reduce::Workspaces* const known = problem.terms.front().workspaces;
  const index_t rows = data_rows(problem);
  const Verdict verdict = known == nullptr ? Verdict::unknown : known->float32_verdict(rows);
  if (verdict != Verdict::unknown) return verdict == Verdict::pays;
  std::optional<bool> pays;
  try {
    pays = measure(fit);
  } catch (const InputError&) {  // the fit itself will say so
  }
  if (pays && known != nullptr)
    known->set_float32_verdict(rows, *pays ? Verdict::pays : Verdict::does_not);
  return pays.value_or(false);
}

}  // namespace nlsq::fit_impl
