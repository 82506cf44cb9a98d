// SPDX-License-Identifier: MIT
// Common factors of Jacobian columns: each column becomes uniform factor × row product, and the row
// products are multiplied out in an order that shares as many partial products as possible.
#pragma once

#include <span>
#include <vector>

#include "expr/graph.hpp"

namespace nlsq::program {

struct FactoredColumn {
  expr::NodeId factor = expr::kNone;  ///< uniform; kNone: 1
  expr::NodeId values = expr::kNone;  ///< depends on the row, or the number 1
};

/// Factors the given nodes (kNone stays kNone). Nodes below `whole` stay as they are (they
/// are computed anyway, or wanted so), except that uniform factors are always taken out.
std::vector<FactoredColumn> factor_columns(expr::Graph& graph,
                                           std::span<const expr::NodeId> columns,
                                           std::span<const expr::NodeId> whole);

}  // namespace nlsq::program
