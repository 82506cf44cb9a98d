// SPDX-License-Identifier: MIT
// The Evaluator of a function with a sparse Jacobian: forward differences in groups of columns that
// share no row, JᵀJ by its nonzero entries.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "linalg/sparse_normal.hpp"
#include "solve/evaluator.hpp"

namespace nlsq::reduce {

using SparseResiduals = std::function<void(std::span<const double> p, std::span<double> f)>;

/// Of each row its columns, in rising order.
struct RowPattern {
  std::vector<index_t> start;
  std::vector<std::int32_t> column;
};

/// Numbers of groups of columns that share no row, greedily in the order of the columns (Curtis,
/// Powell, Reid 1974).
std::vector<index_t> group_columns(const RowPattern& pattern, index_t n);

class SparseCallback final : public solve::Evaluator {
 public:
  SparseCallback(SparseResiduals fun, index_t m, index_t n, RowPattern pattern,
                 std::vector<double> relative_steps, std::span<const double> lower,
                 std::span<const double> upper);

  index_t parameters() const override { return n_; }
  index_t rows() const override { return m_; }
  bool has_local_models() const override { return true; }
  bool ends_with_cost() const override { return true; }
  double cost(std::span<const double> p) override;
  void summary(std::span<const double> p, solve::Grade grade, linalg::Summary& out) override;
  void trial(std::span<const double> p, solve::Grade grade, double limit,
             linalg::Summary& out) override;

  index_t difference_evaluations() const { return differences_; }
  index_t groups() const { return groups_; }
  /// The first residual that is not finite at p; −1: all are.
  index_t first_not_finite(std::span<const double> p);

 private:
  void residuals_at(std::span<const double> p);
  void differentiate(std::span<const double> p);

  SparseResiduals fun_;
  index_t m_, n_;
  RowPattern rows_;
  std::vector<index_t> group_;
  index_t groups_ = 0;
  std::vector<std::int32_t> entries_;  // of each row, packed pairs of its columns
  std::vector<double> steps_, lower_, upper_;
  std::shared_ptr<const linalg::SparsePattern> pattern_;
  std::vector<double> at_, f_, moved_, f_moved_, h_, J_;
  bool has_residuals_ = false;
  index_t differences_ = 0;
};

}  // namespace nlsq::reduce
