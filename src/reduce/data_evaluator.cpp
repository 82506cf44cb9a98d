// SPDX-License-Identifier: MIT
// One summary: a plain Gram fold, accepted if κ(JD) is small enough for its use; else the rows are
// folded again in coordinates P near the triangle just found, until κ(JP⁻¹) is small; Householder
// when that does not settle or the problem is tiny (m ≤ 4n). The limits and what they buy are
// measured in docs/adr/0002.
#include "reduce/data_evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reduce/term_state.hpp"

namespace nlsq::reduce {
namespace {

constexpr double kPlainForStep = 1e5;
constexpr double kPlainForCovariance = 300.0;
constexpr double kCoordinatesForStep = 1e3;
constexpr double kCoordinatesForCovariance = 100.0;
constexpr double kMostKappa =
    1e14;  // of coordinates: beyond, Z = J·P⁻¹ is rounding in every column
constexpr int kMaxRefolds = 4;
constexpr index_t kHouseholderRows = 4;        // m ≤ 4n
constexpr index_t kHouseholderRowsPassed = 1;  // where somebody else makes Gram matrices

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

double shift_for(index_t n) {
  return 100.0 * static_cast<double>(n) * std::numeric_limits<double>::epsilon();
}

// A sum of products with 0 is 0 unless one of the values is not finite.
bool all_finite(std::span<const double> values) {
  double sum = 0.0;
  for (const double v : values) sum += 0.0 * v;
  return sum == 0.0;
}

std::unique_ptr<TermState> workspace_for(const Term& term, const WalkOptions& options,
                                         base::ThreadPool& pool) {
  if (term.workspaces != nullptr) {
    if (std::unique_ptr<TermState> state = term.workspaces->take()) {
      if (state->attach_to(term, options, pool)) return state;
    }
  }
  return std::make_unique<TermState>(term, options, pool);
}

}  // namespace

DataEvaluator::DataEvaluator(std::span<const Term> terms, std::span<const double> values,
                             const linalg::Indices& free, const EvaluatorOptions& options,
                             base::ThreadPool& pool, std::pmr::memory_resource* memory)
    : values_(values), free_(free), options_(options), pool_(&pool), states_(memory) {
  states_.reserve(terms.size());
  for (const Term& term : terms) {
    const auto outputs = static_cast<index_t>(term.program->outputs.size());
    rows_ += term.folded_rows() * outputs - term.masked_rows;
    raw_rows_ += term.rows * outputs;
    states_.push_back(workspace_for(term, options_.walk, pool));
  }
  const index_t n = parameters();
  G_.assign(z(n * n), 0.0);
  h_.assign(z(n), 0.0);
  gradient_.assign(z(n), 0.0);
}

index_t DataEvaluator::block() const { return states_.front()->full.block(); }

bool DataEvaluator::offers_float32() const {
  return options_.float32 && parameters() > 0 && !options_.fold &&
         usual_folds(rows_, parameters(), options_) == FoldsUsed::gram &&
         std::all_of(states_.begin(), states_.end(), [](const auto& state) {
           return Float32Pass::offers(*state->term, state->isa);
         });
}

bool DataEvaluator::begin_float32() {
  is_low_ = std::all_of(states_.begin(), states_.end(),
                        [](const auto& state) { return state->float32_pass().resolves(); });
  return is_low_;
}

DataEvaluator::~DataEvaluator() {
  for (std::unique_ptr<TermState>& state : states_) {
    Workspaces* home = state->term->workspaces;
    if (home == nullptr) continue;
    state->release_extras();
    home->give_back(std::move(state));
  }
}

FoldsUsed DataEvaluator::usual_folds(index_t rows, index_t n, const EvaluatorOptions& options) {
  using linalg::Fold;
  if (n == 0) return FoldsUsed::gram;
  if (!options.fold) {
    const index_t each = options.passes.empty() ? kHouseholderRows : kHouseholderRowsPassed;
    return rows <= each * n ? FoldsUsed::householder : FoldsUsed::gram;
  }
  return *options.fold == Fold::qr      ? FoldsUsed::householder
         : *options.fold == Fold::pgram ? FoldsUsed::coordinates
                                        : FoldsUsed::gram;
}

void DataEvaluator::load(std::span<const double> p, bool full) {
  is_full_ = full && !is_low_;
  for (std::size_t i = 0; i < free_.size(); ++i) values_[z(free_[i])] = p[i];
  for (const auto& state : states_) {
    const Term& term = *state->term;
    for (std::size_t i = 0; i < term.parameters.size(); ++i)
      state->parameters[i] = values_[z(term.parameters[i])];
    if (full && is_low_) {
      state->float32->set_parameters(state->parameters);
      state->read_factors(state->float32->uniforms());
      continue;
    }
    (full ? state->full : state->value_walker()).set_parameters(state->parameters);
    if (full) state->read_factors(state->full.uniforms());
  }
}

// Empty where the walker is to make the pass.
std::span<const double> DataEvaluator::passed(std::size_t term, PassRequest request) {
  request.parameters = states_[term]->parameters;
  return options_.passes[term]->run(request);
}

double DataEvaluator::find_cost(std::span<const double> p) {
  load(p, false);
  double total = 0.0;
  for (std::size_t t = 0; t < states_.size(); ++t) {
    const auto& state = states_[t];
    std::span<const double> result;
    if (!options_.passes.empty()) result = passed(t, {.kind = PassRequest::Kind::cost});
    if (result.empty()) result = state->value->reduce(*state->cost);
    const double c2 = state->term->f_scale * state->term->f_scale;
    for (std::size_t o = 0; o < result.size() / 2; ++o) {
      total += 0.5 * (state->term->robust ? c2 * result[2 * o] : result[2 * o]);
    }
  }
  return total;
}

bool DataEvaluator::try_coordinates(solve::Grade grade, linalg::Summary& out) {
  const index_t n = parameters();
  const double limit =
      grade == solve::Grade::covariance ? kCoordinatesForCovariance : kCoordinatesForStep;
  for (int attempt = 0; attempt < kMaxRefolds; ++attempt) {
    if (!(linalg::kappa_upper(P_, n) <= kMostKappa)) return false;
    linalg::invert_upper(P_, n, P_inverse_);
    if (!all_finite(P_inverse_)) return false;
    fold_gram(&P_inverse_);
    if (!std::isfinite(cost_)) return true;  // not finite whatever the fold; the caller sees it
    linalg::factor_gram(G_, n, 0.0, factor_);
    if (factor_.ok && factor_.kappa <= limit) {
      set_from_gram(P_, out);
      P_ = out.R;
      return out.kappa <= kMostKappa;
    }
    if (!factor_.ok) {
      linalg::factor_gram(G_, n, shift_for(n), factor_);
      if (!factor_.ok) return false;
    }
    linalg::multiply_upper(factor_.R, P_, n, P_);
  }
  return false;
}

void DataEvaluator::finish(linalg::Summary& out, linalg::Fold fold) const {
  out.rows = rows_;
  out.cost = cost_;
  out.sum_f2 = sums_.f2;
  out.fold = fold;
  out.finite =
      std::isfinite(cost_) && all_finite(out.R) && all_finite(out.g) && all_finite(out.qtf);
}

void DataEvaluator::find_summary(std::span<const double> p, solve::Grade grade,
                                 linalg::Summary& out) {
  using linalg::Fold;
  const index_t n = parameters();
  if (out.n != n || static_cast<index_t>(out.R.size()) != n * n) out.resize(n);
  load(p, true);
  const bool householder = usual_folds(rows_, n, options_) == FoldsUsed::householder;
  if (householder || (is_singular_ && !is_low_)) {
    fold_householder(out);
    is_singular_ = !householder && !(out.kappa <= kMostKappa);
    return finish(out, Fold::qr);
  }
  if (have_guess_ && !is_low_ && options_.fold != Fold::gram) {
    if (try_coordinates(grade, out)) return finish(out, Fold::pgram);
    have_guess_ = false;
  }
  fold_gram(nullptr);
  if (!std::isfinite(cost_) || !all_finite(G_) || !all_finite(h_) || !all_finite(gradient_)) {
    out.finite = false;
    out.cost = cost_;
    out.rows = rows_;
    return;
  }
  if (n == 0) return finish(out, Fold::gram);
  linalg::factor_gram(G_, n, 0.0, factor_);
  const double limit = grade == solve::Grade::covariance ? kPlainForCovariance : kPlainForStep;
  // In float32 whatever there is will do: a large κ ends it (solve/precision.hpp).
  const bool accept =
      is_low_ || options_.fold == Fold::gram || (!options_.fold && factor_.kappa <= limit);
  if (factor_.ok && accept) {
    set_from_gram({}, out);
    return finish(out, Fold::gram);
  }
  if (!factor_.ok) linalg::factor_gram(G_, n, shift_for(n), factor_);
  if (factor_.ok && (is_low_ || options_.fold == Fold::gram)) {
    set_from_gram({}, out);
    return finish(out, Fold::gram);
  }
  if (is_low_) {
    out.finite = false;
    out.cost = cost_;
    out.rows = rows_;
    return;
  }
  if (factor_.ok) {
    P_ = factor_.R;
    if (try_coordinates(grade, out)) {
      have_guess_ = true;
      return finish(out, Fold::pgram);
    }
  }
  fold_householder(out);
  is_singular_ = !options_.fold && !(out.kappa <= kMostKappa);
  finish(out, Fold::qr);
}

}  // namespace nlsq::reduce
