// SPDX-License-Identifier: MIT
// Polynomials in one row expression become Horner chains, which lowering turns into one
// instruction.
#pragma once

#include <vector>

#include "expr/graph.hpp"

namespace nlsq::program {

/// Rewrites every sum below `roots` that holds two or more powers of the same row expression with
/// uniform coefficients, c₀ + c₁x + c₂x² …, as c₀ + x(c₁ + x(c₂ + …)). Rounds differently, never
/// less accurately in sum.
std::vector<expr::NodeId> to_horner(expr::Graph& graph, const std::vector<expr::NodeId>& roots);

}  // namespace nlsq::program
