// SPDX-License-Identifier: MIT
#include "starts/start_search.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "columns/streams.hpp"
#include "expr/model.hpp"
#include "nlsq/error.hpp"
#include "runtime/cache.hpp"
#include "runtime/settings.hpp"
#include "solve/minimizer.hpp"
#include "stats/covariance.hpp"
#include "stats/serial.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr index_t kLeastRows = 24;     // that tell a clean end
constexpr index_t kSerialRows = 1024;  // whose residuals are looked at
constexpr double kSerial = 3.0;        // serial statistic of residuals without structure
constexpr double kUnexplained = 0.1;   // share of the data that a clean end may leave
constexpr double kExact = 1e-20;       // share of the data that is rounding
constexpr double kRunaway = 1e3;       // standard errors a value
constexpr double kUnhealthy = 2.0;     // how much less cost makes up for bad health
constexpr double kGain = 1e-6;         // of the cost, that another end must save
constexpr double kWorthMore = 0.05;    // the same that makes further points worthwhile
constexpr double kSame = 1e-3;         // of sampled cost: the same minimum

// Evaluations of a fit that is kept short.
constexpr index_t kShort = 50, kShortEach = 5, kShortest = 20;
constexpr index_t kShortRows = 4'000'000;  // rows × evaluations

constexpr double kRough = 1e-4;  // of the cost, where fits end that only tell which one is best
constexpr index_t kManyRows = 20'000;  // one fit of all of them a tier
constexpr index_t kRuns = 2;           // pursuits of the terms of a sum

// Points judged, kept for refinement and fitted on all rows, tier by tier.
struct Tier {
  index_t points, keep, fits;
};
constexpr Tier kTiers[] = {{64, 4, 2}, {192, 16, 2}, {768, 16, 3}};

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

bool converged(const solve::Outcome& end) { return static_cast<int>(end.status) > 0; }

// A term over some rows of another's, with copies of their values.
class RowsOf {
 public:
  RowsOf(const reduce::Term& all, std::span<const index_t> rows) {
    reduce::Term term(all);
    term.rows = static_cast<index_t>(rows.size());
    term.visitor = nullptr;
    term.masked_rows = 0;  // such rows are never chosen
    memory_.resize(term.columns.size() * rows.size());
    if (all.stream) {
      term.stream = nullptr;
      gather(all, rows, 1, memory_.data(), {term.columns.data(), term.columns.size()});
      terms_.push_back(std::move(term));
      return;
    }
    double* next = memory_.data();
    for (reduce::ColumnSource& column : term.columns) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (column.float32) {
          reinterpret_cast<float*>(next)[i] = static_cast<const float*>(column.data)[rows[i]];
        } else {
          next[i] = static_cast<const double*>(column.data)[rows[i]];
        }
      }
      column.data = next;
      next += rows.size();
    }
    terms_.push_back(std::move(term));
  }
  std::span<const reduce::Term> terms() const { return terms_; }

 private:
  std::vector<double> memory_;
  std::vector<reduce::Term> terms_;
};

std::shared_ptr<const search::SearchModel> search_model(const Model& model,
                                                        std::span<const index_t> moving) {
  const auto make = [&] {
    return std::make_shared<const search::SearchModel>(
        search::make_search_model(*model.impl(), moving));
  };
  const std::uint64_t epoch = cache_epoch();
  if (epoch == kCacheOff) return make();
  std::string key = "starts";
  for (const index_t i : moving) key += "," + std::to_string(i);
  return model.impl()->attachments->get<search::SearchModel>(key, epoch, make);
}

}  // namespace

bool is_searchable(const Model& model) {
  if (model.outputs() != 1 || model.columns().empty()) return false;
  const auto& symbols = model.impl()->parameters;
  return std::none_of(symbols.begin(), symbols.end(),
                      [](const expr::Symbol& symbol) { return symbol.index_column >= 0; });
}

void keep_short(SolverOptions& options, index_t rows, index_t n) {
  const index_t usual = kShort + kShortEach * n;
  const index_t affordable = std::max(kShortest, kShortRows / std::max<index_t>(rows, 1));
  options.max_nfev = std::min({usual, affordable, options.max_nfev.value_or(usual)});
}

StartSearch::StartSearch(const TermView& view, const reduce::Term& bound,
                         const ParameterTable& table, const SolverOptions& options,
                         const reduce::EvaluatorOptions& evaluator_options, double total)
    : view_(&view),
      bound_(&bound),
      table_(&table),
      options_(&options),
      evaluator_options_(evaluator_options),
      total_(total) {
  evaluator_options_.walk.watch = nullptr;
  evaluator_options_.float32 = false;
  if (bound.stream) {
    hold(search::rows_to_spread(bound.rows, kSerialRows));
  } else {
    set_columns(bound.columns);
  }
  data_.rows = bound.rows;
}

void StartSearch::set_columns(const base::SmallVector<reduce::ColumnSource, 6>& columns) {
  const std::size_t own = view_->model->columns().size();
  const auto column = [&](std::size_t c) {
    return search::Column{columns[c].data, columns[c].float32, bound_->stream ? &held_ : nullptr};
  };
  data_.columns.clear();
  for (std::size_t c = 0; c < own; ++c) data_.columns.push_back(column(c));
  data_.y = column(own);
  if (columns.size() > own + 1) data_.sigma = column(own + 1);
}

// Copies the rows that the search looks at from a term that is not in memory.
void StartSearch::hold(std::vector<index_t> rows) {
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  held_ = std::move(rows);
  base::SmallVector<reduce::ColumnSource, 6> columns = bound_->columns;
  memory_.resize(held_.size() * columns.size());
  gather(*bound_, held_, 1, memory_.data(), {columns.data(), columns.size()});
  set_columns(columns);
}

void StartSearch::choose_rows() {
  if (!bound_->stream) {
    rows_ = search::choose_rows(data_);
    return;
  }
  const Values& y = view_->data->responses().front().y;
  search::ChoiceOfMany choice(bound_->rows);
  choice.set_responses(values_at(y, choice.drawn()));
  for_each_leaf(y, [&](index_t first, const reduce::ColumnSource& leaf, index_t rows) {
    for (index_t i = 0; i < rows; ++i) choice.see(first + i, value_of(leaf, i));
    return true;
  });
  std::vector<index_t> wanted = choice.rows();
  for (const index_t most : {kSerialRows, search::kWaveRows}) {
    const std::vector<index_t> more = search::rows_to_spread(bound_->rows, most);
    wanted.insert(wanted.end(), more.begin(), more.end());
  }
  hold(std::move(wanted));
  rows_ = choice.rows();
  std::erase_if(rows_, [&](index_t row) { return !search::counts(data_, row); });
}

linalg::Vector StartSearch::free_of(std::span<const double> all) const {
  linalg::Vector picked;
  for (const index_t i : table_->free) picked.push_back(all[z(i)]);
  return picked;
}

// The serial statistic of the residuals of some rows, in the order of the data.
double StartSearch::serial(std::span<const double> x) {
  std::vector<index_t> rows = search::spread_rows(data_, kSerialRows);
  const RowsOf term(*bound_, rows);
  reduce::DataEvaluator evaluator(term.terms(), table_->start, table_->free, evaluator_options_,
                                  shared_pool());
  std::vector<double> residuals(rows.size());
  evaluator.rows(x, residuals.data(), nullptr);
  return stats::serial_sums(residuals).next.t();
}

bool StartSearch::is_healthy(const solve::Outcome& end) const {
  if (!converged(end)) return false;
  const auto n = static_cast<index_t>(end.x.size());
  const stats::Covariance covariance = stats::unscaled_covariance(end.summary);
  if (covariance.rank < n) return false;
  const index_t dof = end.summary.rows - n;
  const double variance = dof > 0 ? 2.0 * end.summary.cost / static_cast<double>(dof) : 0.0;
  for (index_t i = 0; i < n; ++i) {
    if (std::sqrt(covariance.at(i, i) * variance) > kRunaway * std::abs(end.x[z(i)])) return false;
  }
  return true;
}

bool StartSearch::is_clean(const solve::Outcome& end) {
  if (!is_healthy(end)) return false;
  const double left = 2.0 * end.summary.cost;
  if (left <= kExact * total_) return true;
  if (end.summary.rows < kLeastRows || !(left <= kUnexplained * total_)) return false;
  return serial(end.x) <= kSerial;
}

bool StartSearch::is_better(const solve::Outcome& end, const solve::Outcome& best) const {
  const double floor = kExact * total_;
  const double cost = std::max(end.summary.cost, floor) * (is_healthy(end) ? 1.0 : kUnhealthy);
  const double least = std::max(best.summary.cost, floor) * (is_healthy(best) ? 1.0 : kUnhealthy);
  return cost < (1.0 - kGain) * least;
}

// A few steps from each candidate on the sample.
void StartSearch::refine(std::span<const search::Candidate> candidates) {
  const bool is_part = static_cast<index_t>(rows_.size()) < bound_->rows;
  const RowsOf term(*bound_, rows_);
  reduce::DataEvaluator evaluator(term.terms(), table_->start, table_->free, evaluator_options_,
                                  shared_pool());
  const linalg::Vector lower = free_of(table_->lower), upper = free_of(table_->upper);
  SolverOptions quick;
  quick.method = options_->method;
  quick.ftol = is_part ? 1e-3 : 1e-4;
  quick.xtol = 1e-6;
  quick.max_nfev = 25;
  quick.polish = false;
  quick.second_start = SecondStart::none;
  for (const search::Candidate& candidate : candidates) {
    if (std::find(tried_.begin(), tried_.end(), candidate.parameters) != tried_.end()) continue;
    tried_.push_back(candidate.parameters);
    try {
      const solve::Outcome end = solve::minimize(evaluator, free_of(candidate.parameters), lower,
                                                 upper, quick, !bound_->robust);
      nfev_sample_ += end.nfev;
      if (!std::isfinite(end.summary.cost)) continue;
      ends_.push_back({{end.x.begin(), end.x.end()}, end.summary.cost});
    } catch (const InputError&) {  // the model is not finite there
    }
  }
  std::stable_sort(ends_.begin(), ends_.end(),
                   [](const End& a, const End& b) { return a.cost < b.cost; });
}

// Counts an end and keeps it if it is the best.
void StartSearch::add(solve::Outcome end, std::span<const double> start) {
  nfev_ += end.nfev;
  njev_ += end.njev;
  iterations_ += end.iterations;
  attempts_ += end.attempts;
  const bool is_stop = end.status == Status::stopped;
  if (best_ && !is_stop && !is_better(end, *best_)) return;
  best_ = std::move(end);
  start_.assign(start.begin(), start.end());
}

// One tier after the other, until an end is clean or further points would not help.
void StartSearch::look(search::Search& search, const Attempt& attempt) {
  const bool first_is_healthy = best_ && is_healthy(*best_);
  const double first_cost = best_ ? best_->summary.cost : INFINITY;
  SolverOptions how(*options_);
  keep_short(how, bound_->rows, static_cast<index_t>(table_->free.size()));
  how.ftol = std::max(how.ftol, kRough);
  how.polish = false;
  for (std::size_t t = 0; t < std::size(kTiers); ++t) {
    if (t > 0 && search.dimensions() == 0) return;
    if (t > 1 && search.dimensions() < 3) return;
    const double before = best_ ? best_->summary.cost : INFINITY;
    if (search.is_sum()) refine(search.pursue(kRuns, kTiers[t].points));
    refine(search.best(kTiers[t].points, kTiers[t].keep));
    index_t fits = 0;
    double last = -1.0;
    for (End& end : ends_) {
      if (fits == (bound_->rows > kManyRows ? 1 : kTiers[t].fits)) break;
      if (end.was_fitted || (last >= 0.0 && end.cost <= (1.0 + kSame) * last)) continue;
      end.was_fitted = true;
      last = end.cost;
      ++fits;
      try {
        solve::Outcome found = attempt(end.x, how);
        if (!best_ || is_better(found, *best_)) {
          // Worth an end as sharp as any.
          const linalg::Vector reached = found.x;
          found = attempt(reached, *options_);
        }
        add(std::move(found), end.x);
      } catch (const InputError&) {  // the model is not finite in all rows there
      }
      if (best_ && best_->status == Status::stopped) return;
    }
    if (!best_) continue;
    if (is_clean(*best_)) return;
    const double now = best_->summary.cost;
    if (t == 0 && first_is_healthy && now > (1.0 - kWorthMore) * first_cost) return;
    if (t > 0 && is_healthy(*best_) && now > (1.0 - kWorthMore) * before) return;
  }
}

std::optional<solve::Outcome> StartSearch::best(std::optional<solve::Outcome> first,
                                                const Attempt& attempt,
                                                const std::function<solve::Outcome()>& from_ones) {
  if (first && is_clean(*first)) return first;
  const bool was_cut = first && (!converged(*first) || !is_healthy(*first));
  if (first) add(std::move(*first), {});
  std::vector<index_t> moving;
  for (const index_t i : table_->free) {
    if (table_->defaulted[z(i)]) moving.push_back(i);
  }
  choose_rows();
  if (rows_.size() > table_->free.size()) {
    const auto model = search_model(*view_->model, moving);
    const search::Sample sample = search::take_sample(data_, rows_);
    search::Search search(*model, data_, sample, table_->start, table_->lower, table_->upper,
                          evaluator_options_.walk.isa);
    look(search, attempt);
  }
  const bool is_stopped = best_ && best_->status == Status::stopped;
  if (was_cut && !is_stopped && !(best_ && is_healthy(*best_))) add(from_ones(), {});
  if (!best_) return std::nullopt;
  best_->nfev = nfev_;
  best_->njev = njev_;
  best_->iterations = iterations_;
  best_->attempts = attempts_;
  return std::move(best_);
}

}  // namespace nlsq::fit_impl
