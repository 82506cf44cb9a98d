// SPDX-License-Identifier: MIT
// The Evaluator of fits to data: sums the terms' folds, chooses the fold and its coordinates, and
// never trusts a triangle it has not checked (docs/adr/0002).
#pragma once

#include <memory>
#include <memory_resource>
#include <optional>
#include <vector>

#include "base/thread_pool.hpp"
#include "linalg/gram.hpp"
#include "reduce/fault.hpp"
#include "reduce/folds.hpp"
#include "reduce/pass_engine.hpp"
#include "reduce/pass_log.hpp"
#include "reduce/walker.hpp"
#include "solve/evaluator.hpp"

namespace nlsq::reduce {

struct EvaluatorOptions {
  WalkOptions walk;
  std::optional<linalg::Fold> fold;  ///< forces one, for tests; none: chosen by conditioning
  PassLog* log = nullptr;            ///< keeps what passes find; null: nobody does
  bool float32 = false;              ///< offers passes in float32, if all terms do (docs/adr/0007)
  /// One a term: who makes its passes for costs and Gram matrices, and outlives the evaluator.
  /// Empty: the walker.
  std::span<PassEngine* const> passes;
};

struct TermState;

/// Which folds a fit may come to use: Gram matrices alone, as most; also in other coordinates, as
/// badly conditioned ones; Householder alone, as tiny ones; any.
enum class FoldsUsed { gram, coordinates, householder, any };

class DataEvaluator final : public solve::Evaluator {
 public:
  /// `values` holds all parameters of the problem, `free` the positions the solver moves. The terms
  /// must outlive this, and so must `memory`, where their list is.
  DataEvaluator(std::span<const Term> terms, std::span<const double> values,
                const linalg::Indices& free, const EvaluatorOptions& options,
                base::ThreadPool& pool,
                std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  ~DataEvaluator() override;

  /// Bytes that one over these terms allocates, itself left out; `worked`: once it has made a pass.
  static index_t bytes(std::span<const Term> terms, index_t n, const EvaluatorOptions& options,
                       FoldsUsed folds, bool worked = true);
  /// The folds of a fit that meets no difficulty.
  static FoldsUsed usual_folds(index_t rows, index_t n, const EvaluatorOptions& options);

  index_t parameters() const override { return static_cast<index_t>(free_.size()); }
  index_t rows() const override { return rows_; }
  double cost(std::span<const double> p) override {
    return options_.log == nullptr ? find_cost(p) : logged_cost(p);
  }
  void summary(std::span<const double> p, solve::Grade grade, linalg::Summary& out) override {
    if (options_.log != nullptr) return logged_summary(p, grade, out);
    find_summary(p, grade, out);
  }
  /// Sets a parameter that the solver does not move.
  void place(index_t position, double value) {
    values_[static_cast<std::size_t>(position)] = value;
  }
  /// Rows of a block in passes over the first term.
  index_t block() const;
  bool offers_float32() const override;
  bool begin_float32() override;
  void end_float32() override { is_low_ = false; }

  /// Residuals f (before the loss) and, if wanted, the Jacobian (row-major rows×n, before the loss)
  /// at p, of all terms in order, outputs of a row next to each other; masked rows are 0.
  void rows(std::span<const double> p, double* f, double* jacobian);

  /// Residuals of one output at p, as they lie in the registers of the last pass; empty where that
  /// was a pass at another point, or of more rows than a block has. Valid until the next pass.
  std::span<const double> held_residuals(std::span<const double> p, std::size_t term,
                                         std::size_t output) const;
  /// The same of runs of rows, evaluated on this thread, without allocating; each begins at one of
  /// `firsts`, and they share f evenly.
  void some_residuals(std::span<const double> p, std::size_t term, std::size_t output,
                      std::span<const index_t> firsts, std::span<double> f);

  /// First row that is not finite at p: term, row, and whether it is the residual (else a
  /// derivative); nothing when all are finite.
  std::optional<Fault> find_fault(std::span<const double> p);

 private:
  double find_cost(std::span<const double> p);
  void find_summary(std::span<const double> p, solve::Grade grade, linalg::Summary& out);
  double logged_cost(std::span<const double> p);
  void logged_summary(std::span<const double> p, solve::Grade grade, linalg::Summary& out);
  void load(std::span<const double> p, bool full);
  std::span<const double> passed(std::size_t term, PassRequest request);
  void fold_gram(
      const linalg::Matrix* inverse);  // fills G_, h_, sums_; in coordinates when inverse is given
  void fold_householder(linalg::Summary& out);
  bool try_coordinates(solve::Grade grade, linalg::Summary& out);
  void finish(linalg::Summary& out, linalg::Fold fold) const;
  void set_from_gram(const linalg::Matrix& P, linalg::Summary& out) const;

  linalg::Vector values_;
  linalg::Indices free_;
  EvaluatorOptions options_;
  base::ThreadPool* pool_;
  index_t rows_ = 0;
  index_t raw_rows_ = 0;
  std::pmr::vector<std::unique_ptr<TermState>> states_;

  // Results of the last fold, over all terms.
  linalg::Matrix G_;         // n×n, both triangles' upper part
  linalg::Vector h_;         // Zᵀf
  linalg::Vector gradient_;  // robust: Σρ′f J
  CostSums sums_;
  double cost_ = 0.0;
  linalg::Factor factor_;
  linalg::Matrix P_, P_inverse_;
  bool have_guess_ = false;   // P_ is the triangle of the previous point
  bool is_singular_ = false;  // the previous point's triangle was, so this one's may be
  bool is_low_ = false;       // passes are float32
  bool is_full_ = false;      // the last pass was of residuals and derivatives, in float64
};

}  // namespace nlsq::reduce
