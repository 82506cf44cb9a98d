// SPDX-License-Identifier: MIT
// Which nodes of a graph become one instruction: sums take in a product or a chain of them, a sine
// comes with its cosine, divisions share the reciprocal of a common denominator.
#pragma once

#include <span>
#include <vector>

#include "expr/graph.hpp"
#include "program/lower.hpp"

namespace nlsq::program {

/// By node; kNone, or empty, where there is nothing of the kind.
struct Fusion {
  std::vector<bool> absorbed;            ///< has no instruction of its own
  std::vector<expr::NodeId> product_of;  ///< that a sum or difference takes in
  std::vector<expr::NodeId> sum_of;      ///< a·b + c, from which a value is subtracted
  std::vector<expr::NodeId> partner;     ///< the cosine of a sine, or the other way
  std::vector<expr::NodeId> reciprocal;  ///< of a denominator
  std::vector<std::vector<expr::NodeId>> polynomial;  ///< x, then coefficients from the highest
};

/// `needed`: the nodes that the roots reach.
Fusion find_fusion(const expr::Graph& graph, const std::vector<bool>& needed,
                   std::span<const Root> roots);

}  // namespace nlsq::program
