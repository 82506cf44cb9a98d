// SPDX-License-Identifier: MIT
// Rewrite rules, applied to each node as it is made. A rule looks at one node whose operands are
// already simplified and returns what replaces it, or kNone. Every rule says whether it is exact.
#pragma once

#include <span>
#include <string_view>

#include "expr/graph.hpp"

namespace nlsq::expr {

struct Rule {
  std::string_view name;
  bool exact;  ///< the value keeps every bit at every input (signs of zero and NaN payloads aside)
  NodeId (*apply)(Graph&, const Node&);
};

/// All rules in the order in which they are tried.
std::span<const Rule> rules();

/// The replacement by the first rule that fires, or kNone.
NodeId apply_rules(Graph& graph, const Node& node);

NodeId fold_constants(Graph& graph, const Node& node);
NodeId drop_identities(Graph& graph, const Node& node);
NodeId move_signs(Graph& graph, const Node& node);
NodeId expand_powers(Graph& graph, const Node& node);
NodeId collect_uniform(Graph& graph, const Node& node);
NodeId resolve_conditions(Graph& graph, const Node& node);

}  // namespace nlsq::expr
