// SPDX-License-Identifier: MIT
// What a fit must know of its columns beside the model's values: that they are finite, the moments
// of the responses and, if asked for, what tells later that an array was changed. To read long
// columns once more for each would take as long as a pass, so all is found in the first pass over
// the rows. Of several values that are not finite the one in the first leaf is named, then the one
// in the first column of the model.
#pragma once

#include <atomic>
#include <span>
#include <vector>

#include "columns/fingerprint.hpp"
#include "columns/moments.hpp"
#include "columns/term_view.hpp"
#include "nlsq/fit.hpp"
#include "reduce/leaves.hpp"

namespace nlsq::fit_impl {

class FirstLook final : public reduce::LeafVisitor {
 public:
  /// Whether a term of so many rows is looked at in its first pass, not before.
  static bool pays(index_t rows) { return rows >= kRows; }
  /// Bytes that one allocates for a term of so many rows, responses and columns in all (none
  /// without fingerprints).
  static index_t bytes(index_t rows, index_t responses, index_t columns);

  /// The view and what it points to outlive it. Columns that are not finite are refused if the
  /// options say so.
  FirstLook(const TermView& view, const FitOptions& options);

  void visit(const reduce::Leaf& leaf) override;
  /// Whether columns are to be finite, how many of the first ones, how many responses follow, and
  /// the origin of each one's moments.
  std::vector<double> brief() const override;
  /// The moments of each response in a leaf.
  void learn(index_t first, std::span<const double> found) override;

  /// Whether every row was looked at, or passes were known from a checkpoint.
  bool is_complete() const { return seen_ == rows_; }

  /// Of a response, after the first pass.
  Moments moments(std::size_t response) const { return sums_[response].total(); }

  /// Of every array of the term, after the first pass, if the options asked for them.
  std::span<const Fingerprints> fingerprints() const { return fingerprints_; }

 private:
  static constexpr index_t kRows = 131072;  // columns of 1 MB

  const Model* model_;
  index_t rows_;
  std::atomic<index_t> seen_ = 0;
  bool checks_;  // that columns are finite
  std::vector<MomentSums> sums_;
  std::vector<Fingerprints> fingerprints_;
};

}  // namespace nlsq::fit_impl
