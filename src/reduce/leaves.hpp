// SPDX-License-Identifier: MIT
// Leaves, the runs of rows that passes are made of, by row index.
#pragma once

#include <span>
#include <vector>

#include "base/hash.hpp"
#include "nlsq/rows.hpp"
#include "nlsq/types.hpp"

namespace nlsq::reduce {

inline constexpr index_t kLeafRows = RowSource::kLeafRows;

/// Leaves of so many rows; the last one may not be full.
constexpr index_t leaves_of(index_t rows) { return (rows + kLeafRows - 1) / kLeafRows; }

/// Where passes fold one leaf of each group of so many: which.
constexpr index_t leaf_of_group(index_t group, index_t every) {
  if (every == 1) return group;
  return group * every + static_cast<index_t>(base::hash(group) >> 1) % every;
}

/// `rows` values; nothing past them is read.
struct ColumnSource {
  const void* data = nullptr;
  bool float32 = false;
};

/// Bytes of a value.
inline index_t width_of(const ColumnSource& column) {
  return static_cast<index_t>(column.float32 ? sizeof(float) : sizeof(double));
}

/// A leaf as a pass sees it.
struct Leaf {
  index_t number = 0;
  index_t first = 0;  ///< row of the term
  index_t rows = 0;
  std::span<const ColumnSource> columns;  ///< their values from `first` on
};

/// Looks at the columns of a term once, leaf by leaf, while the first pass has them in the
/// processor's cache.
class LeafVisitor {
 public:
  virtual ~LeafVisitor() = default;
  /// Called for each leaf of the first pass, by several threads at a time, and again if the cost
  /// alone is asked for. What it throws ends the pass and passes through, that of the first leaf if
  /// several do.
  virtual void visit(const Leaf& leaf) = 0;
  /// Where other processes hold the rows: what they need to know to look at theirs …
  virtual std::vector<double> brief() const { return {}; }
  /// … and the numbers that they found, of some leaves from `first` on; by one thread.
  virtual void learn([[maybe_unused]] index_t first,
                     [[maybe_unused]] std::span<const double> found) {}
};

/// Computes the values of a term's columns just before they are first read, on the thread that
/// reads them, so that they are in its caches.
class LeafMaker {
 public:
  virtual ~LeafMaker() = default;
  /// Called for each leaf of the first pass before its rows are read, by several threads at a time.
  virtual void make(index_t first, index_t rows) = 0;
};

}  // namespace nlsq::reduce
