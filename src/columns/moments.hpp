// SPDX-License-Identifier: MIT
// Moments of the response, for R²: about the first row's value, so that y near 1e9 loses nothing.
#pragma once

#include "base/small_vector.hpp"
#include "engine/isa.hpp"
#include "nlsq/data.hpp"
#include "reduce/leaves.hpp"

namespace nlsq::fit_impl {

/// Sums over the rows of finite sigma, w = 1/sigma².
struct Moments {
  double w = 0.0;          ///< Σw
  double wd = 0.0;         ///< Σw(y − y₀)
  double wdd = 0.0;        ///< Σw(y − y₀)²
  double log_sigma = 0.0;  ///< Σ ln sigma
  double first = 0.0;      ///< y₀
  /// Σw(y − ȳ)², ȳ the weighted mean; 0 for constant y.
  double total() const;
  /// Σwy².
  double squares() const { return wdd + 2.0 * first * wd + first * first * w; }
  /// All rows that count have the same y.
  bool is_constant() const { return w > 0.0 && wdd == 0.0 && wd == 0.0; }
  /// Their y differ, by too little for squares.
  bool underflows() const { return wd != 0.0 && wdd < 1e-300; }
};

/// Of the rows of one leaf about y0; sigma without data: there is none.
Moments moments_of_leaf(double y0, index_t rows, const reduce::ColumnSource& y,
                        const reduce::ColumnSource& sigma, engine::Isa isa);

/// Moments gathered leaf by leaf, in any order, by any threads. Within a leaf the sums run in lanes
/// and leaves are added in order, so the bits depend on the data alone.
class MomentSums {
 public:
  explicit MomentSums(const Dataset::Response& response);

  index_t leaves() const { return static_cast<index_t>(leaves_.size()); }
  /// Sums the rows of one leaf of reduce::kLeafRows, whose values these are; sigma without data:
  /// there is none.
  void add(index_t leaf, index_t rows, const reduce::ColumnSource& y,
           const reduce::ColumnSource& sigma);
  /// The same of a leaf of the response, which is in memory.
  void add(index_t leaf);
  /// The same, as somebody else found them.
  void set(index_t leaf, const Moments& sums) { leaves_[static_cast<std::size_t>(leaf)] = sums; }
  /// About which they are.
  double origin() const { return y0_; }
  /// Once every leaf was added.
  Moments total() const;
  /// Bytes that one of so many rows allocates.
  static index_t bytes(index_t rows);

 private:
  using Leaves = base::SmallVector<Moments, 4>;

  const Dataset::Response* response_;
  double y0_ = 0.0;
  Leaves leaves_;
};

/// One pass over a response whose rows are not in memory.
Moments streamed_moments(const Dataset::Response& response);

/// One pass on some threads.
Moments moments(const Dataset::Response& response, int threads);

}  // namespace nlsq::fit_impl
