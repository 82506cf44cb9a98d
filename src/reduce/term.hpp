// SPDX-License-Identifier: MIT
// A term ready for reduction: a residual program and where its columns and parameters come from.
#pragma once

#include <memory>
#include <vector>

#include "linalg/vector.hpp"
#include "nlsq/types.hpp"
#include "program/residual.hpp"
#include "reduce/leaves.hpp"
#include "reduce/workspace.hpp"

namespace nlsq::reduce {

/// Where rows come from that are not in memory.
struct Stream {
  const RowSource* source = nullptr;
  std::vector<index_t> columns;  ///< of the source, in the program's numbering
};

struct Term {
  std::shared_ptr<const program::ResidualProgram> program;
  Workspaces* workspaces = nullptr;  ///< of the program, kept alive by it; null: none are kept
  index_t rows = 0;
  index_t masked_rows = 0;                     ///< rows with infinite sigma
  base::SmallVector<ColumnSource, 6> columns;  ///< in the program's numbering
  std::shared_ptr<const Stream> stream;        ///< of columns without data; null: all are in memory
  linalg::Indices parameters;  ///< problem parameter of each of the program's model parameters
  linalg::Indices free;        ///< free position in the problem of each differentiated parameter
  linalg::Vector extras;       ///< scalar sigmas, then f_scale
  bool robust = false;
  double f_scale = 1.0;
  LeafVisitor* visitor = nullptr;  ///< of the first pass; null: nobody; outlives the passes
  LeafMaker* maker = nullptr;      ///< of the columns; null: they are there; outlives the passes
  index_t every = 1;  ///< of so many leaves passes fold one, anywhere among them by a hash

  /// Rows that passes fold; a last group of leaves that is not full is left out.
  index_t folded_rows() const { return every == 1 ? rows : rows / (every * kLeafRows) * kLeafRows; }
};

}  // namespace nlsq::reduce
