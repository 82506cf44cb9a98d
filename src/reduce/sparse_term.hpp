// SPDX-License-Identifier: MIT
// A term whose rows touch few parameters each: of every vector the element that an index column
// picks. Rows that touch the same ones form runs; what they touch is a tuple of positions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "linalg/sparse_normal.hpp"
#include "reduce/term.hpp"

namespace nlsq::reduce {

/// What one column of the Jacobian stands for: the free positions of the elements of a vector,
/// picked by a column of the term, or of one parameter. −1: it does not move.
struct PickedColumn {
  index_t index_column = -1;  ///< −1: one parameter
  std::vector<std::int32_t> positions;
};

class SparseTerm {
 public:
  /// `picks`: one a column that the program differentiates by (ResidualSpec::picks). Indices have
  /// been checked.
  SparseTerm(Term of, std::vector<PickedColumn> picks);

  /// Pairs of positions that meet in some row.
  linalg::SparsePattern pattern(index_t n) const;
  /// Finds where in `pattern` the pairs of each tuple are.
  void place(const linalg::SparsePattern& pattern);

  const Term& term() const { return term_; }
  std::int32_t tuples() const {
    return static_cast<std::int32_t>(static_cast<index_t>(positions_.size()) / width());
  }
  index_t width() const { return static_cast<index_t>(picks_.size()); }
  struct Run {
    index_t first = 0;  ///< row
    std::int32_t tuple = 0;
  };
  /// In order; one more at the end, with the number of rows.
  std::span<const Run> runs() const { return runs_; }
  /// Free positions of the columns in the rows of a tuple.
  const std::int32_t* positions(std::int32_t tuple) const {
    return positions_.data() + tuple * width();
  }
  /// Entries of the pattern for the pairs (i, j ≤ i), packed; −1 where one does not move.
  const std::int32_t* entries(std::int32_t tuple) const {
    return entries_.data() + tuple * (width() * (width() + 1) / 2);
  }

 private:
  void find_runs();
  void add_tuple(std::span<const index_t> elements);

  Term term_;
  std::vector<PickedColumn> picks_;
  std::vector<index_t> index_columns_;  // distinct
  std::vector<std::size_t> of_column_;  // of each pick: position among them
  std::vector<Run> runs_;
  std::vector<std::int32_t> positions_, entries_;
};

}  // namespace nlsq::reduce
