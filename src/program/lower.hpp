// SPDX-License-Identifier: MIT
// Lowering: from graph to program.
#pragma once

#include <span>
#include <vector>

#include "base/small_vector.hpp"
#include "expr/graph.hpp"
#include "program/program.hpp"

namespace nlsq::program {

struct Root {
  expr::NodeId node = expr::kNone;
  bool per_row =
      true;  ///< a uniform node is spread over a register so that a fold can read it as a column
};

struct LowerOptions {
  /// First parameter slot of each symbol; size 1 a symbol but for gathered ones.
  std::vector<index_t> offsets;
  index_t parameters = 0;  ///< parameter slots in all
  index_t columns = 0;
  base::SmallVector<bool, 8> float32;  ///< columns stored as float32 (empty: none)
  bool fuse = true;                    ///< multiply-add, sincos, shared reciprocals
};

Program lower(const expr::Graph& graph, std::span<const Root> roots, const LowerOptions& options);

/// Row operations (weighted by their cost) that the roots need: what decides between forward and
/// reverse.
double row_cost(const expr::Graph& graph, std::span<const expr::NodeId> roots);

}  // namespace nlsq::program
