// SPDX-License-Identifier: MIT
// Starts that nobody gave. A fit from ones that ends clean stands. Otherwise points of the model's
// own boxes are judged with the linear parameters at their best (src/search), the best of them are
// refined on some rows, the best of those on all; a healthy end of least cost wins
// (docs/adr/0010-starts.md).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "problem/binding.hpp"
#include "problem/problem.hpp"
#include "reduce/data_evaluator.hpp"
#include "search/search.hpp"
#include "starts/second_start.hpp"

namespace nlsq::fit_impl {

/// Whether a model is of the kind that starts are searched for: one value a row, columns, and no
/// parameter that rows pick.
bool is_searchable(const Model& model);

/// Evaluations for a fit that is only the first of several, or one of them.
void keep_short(SolverOptions& options, index_t rows, index_t n);

/// More rows than these are fitted with a sample leading, also from a start that the search found.
inline constexpr index_t kMostRowsAtOnce = 500'000;

class StartSearch {
 public:
  /// `total`: twice the cost of the best constant. The arguments outlive this.
  StartSearch(const TermView& view, const reduce::Term& bound, const ParameterTable& table,
              const SolverOptions& options, const reduce::EvaluatorOptions& evaluator_options,
              double total);

  /// Nothing speaks for another start: converged at full rank, no parameter ran away, nine tenths
  /// of the data explained, residuals without structure, enough rows to tell.
  bool is_clean(const solve::Outcome& end);

  /// A first end that is clean, or else the best of it, if there is one, and of what the search
  /// finds; where even that is not clean and the first end was cut short, of `from_ones` too.
  /// `attempt` is a fit of all rows.
  std::optional<solve::Outcome> best(std::optional<solve::Outcome> first, const Attempt& attempt,
                                     const std::function<solve::Outcome()>& from_ones);

  /// Where the best end began, all parameters; empty: it is the first one.
  std::span<const double> start() const { return start_; }
  /// Passes over the rows that starts were refined on.
  index_t nfev_sample() const { return nfev_sample_; }

 private:
  struct End {
    std::vector<double> x;  // of the free parameters
    double cost;
    bool was_fitted = false;  // on all rows
  };
  bool is_healthy(const solve::Outcome& end) const;
  bool is_better(const solve::Outcome& end, const solve::Outcome& best) const;
  double serial(std::span<const double> x);
  void add(solve::Outcome end, std::span<const double> start);
  void look(search::Search& search, const Attempt& attempt);
  void refine(std::span<const search::Candidate> candidates);
  linalg::Vector free_of(std::span<const double> all) const;
  void set_columns(const base::SmallVector<reduce::ColumnSource, 6>& columns);
  void hold(std::vector<index_t> rows);
  void choose_rows();

  const TermView* view_;
  const reduce::Term* bound_;
  const ParameterTable* table_;
  const SolverOptions* options_;
  reduce::EvaluatorOptions evaluator_options_;
  double total_;
  search::Table data_;
  std::vector<std::vector<double>> tried_;
  std::vector<End> ends_;
  std::vector<double> start_;
  std::vector<index_t> rows_;
  std::vector<index_t> held_;  // rows of a term that is not in memory, and their values
  std::vector<double> memory_;
  index_t nfev_sample_ = 0;
  std::optional<solve::Outcome> best_;
  index_t nfev_ = 0, njev_ = 0, iterations_ = 0, attempts_ = 0;
};

}  // namespace nlsq::fit_impl
