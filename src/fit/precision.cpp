// SPDX-License-Identifier: MIT
#include "fit/precision.hpp"

#include <optional>
#include <vector>

#include "nlsq/error.hpp"
#include "reduce/float32_pass.hpp"
#include "solve/precision.hpp"

namespace nlsq::fit_impl {
namespace {

// Rows of a fit that is known to gain (docs/adr/0007), however many threads there are, since the
// same bits shall come out: with fewer the calls of a pass outweigh what it saves, in between two
// threads would have too few each, and with more the float32 copy is worth its memory only to those
// who ask.
constexpr index_t kLeastRows = 4000;
constexpr index_t kRowsForOne = 6143;
constexpr index_t kRowsForSeveral = 16384;
constexpr index_t kMostRows = 131072;
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

bool is_known_to_pay(index_t rows) {
  return (rows >= kLeastRows && rows <= kRowsForOne) ||
         (rows >= kRowsForSeveral && rows <= kMostRows);
}

}  // namespace

bool may_use_float32(const Problem& problem, const FitOptions& options,
                     const reduce::EvaluatorOptions& evaluator, index_t sampled) {
  if (options.precision == Precision::float64 || sampled > 0 || evaluator.fold) return false;
  if (options.precision == Precision::measure && options.max_nfev) return false;
  if (options.precision == Precision::automatic && !is_known_to_pay(data_rows(problem)))
    return false;
  bool linear = true;
  for (const reduce::Term& term : problem.terms) {
    if (!reduce::Float32Pass::offers(term, evaluator.walk.isa)) return false;
    linear &= term.program->linear;
  }
  return !linear;
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
