// SPDX-License-Identifier: MIT
// The Evaluator of problems whose rows touch few parameters each: JᵀJ is summed by its nonzero
// entries, at the cost of rows × (parameters a row)², whatever the number of parameters. One
// thread; rows in their order, so results have the same bits always.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/interpreter/interpreter.hpp"
#include "reduce/fault.hpp"
#include "reduce/sparse_term.hpp"
#include "solve/evaluator.hpp"

namespace nlsq::reduce {

class SparseEvaluator final : public solve::Evaluator {
 public:
  /// `values` holds all parameters of the problem, `free` the positions the solver moves. The terms
  /// must outlive this.
  SparseEvaluator(std::span<SparseTerm> terms, std::span<const double> values,
                  const linalg::Indices& free, engine::Isa isa);
  ~SparseEvaluator() override;

  index_t parameters() const override { return static_cast<index_t>(free_.size()); }
  index_t rows() const override { return rows_; }
  bool has_local_models() const override { return true; }
  double cost(std::span<const double> p) override;
  void summary(std::span<const double> p, solve::Grade grade, linalg::Summary& out) override;

  const linalg::SparsePattern& pattern() const { return *pattern_; }

  /// The first row that is not finite at p.
  /// Nothing where all are.
  std::optional<Fault> find_fault(std::span<const double> p);

 private:
  struct Workspace;
  void load(std::span<const double> p);
  Workspace& workspace(const SparseTerm& term);
  /// Hands every block of a term to take(workspace, first row, rows).
  template <class Take>
  void for_each_block(const SparseTerm& term, const Take& take);
  void add_rows(const SparseTerm& term, const Workspace& workspace, index_t first, index_t rows,
                std::size_t run, linalg::Summary& out);
  void add_segment(const SparseTerm& term, const program::ResidualOutput& output,
                   std::int32_t tuple, index_t begin, index_t rows, linalg::Summary& out);

  std::span<SparseTerm> terms_;
  linalg::Vector values_;
  linalg::Indices free_;
  engine::Isa isa_;
  index_t rows_ = 0;
  std::shared_ptr<const linalg::SparsePattern> pattern_;
  std::map<const program::ResidualProgram*, std::unique_ptr<Workspace>> workspaces_;
  // Of the block at work: columns of J (scaled for a loss), their factors, residuals.
  std::vector<const double*> columns_, plain_;
  std::vector<double> factors_;
  const double* f_ = nullptr;
  std::vector<double> scaled_;
  double rho_ = 0.0, f2_ = 0.0;
};

}  // namespace nlsq::reduce
