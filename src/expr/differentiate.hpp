// SPDX-License-Identifier: MIT
// Derivatives, graph to graph, by forward (tangents) or reverse (adjoints) accumulation (Griewank &
// Walther 2008, chapter 3). Products with a factor that a condition may set to zero are strong (0 ×
// NaN = 0), so a dead branch never poisons a derivative; both orders give the same values.
#pragma once

#include <span>
#include <vector>

#include "expr/graph.hpp"

namespace nlsq::expr {

/// What to differentiate with respect to: a parameter, one element of a gathered parameter vector,
/// or whichever element an index column picks in a row.
struct Variable {
  index_t parameter = 0;
  index_t element = -1;       ///< −1: a plain parameter
  index_t index_column = -1;  ///< picks the element
};

enum class Accumulation { forward, reverse };

/// ∂(root)/∂(variable) for each variable; kNone where it is zero whatever the values are.
std::vector<NodeId> differentiate(Graph& graph, NodeId root, std::span<const Variable> variables,
                                  Accumulation order);

/// ∂(node)/∂(its operand i) as a graph.
NodeId partial(Graph& graph, NodeId node, int i);

}  // namespace nlsq::expr
