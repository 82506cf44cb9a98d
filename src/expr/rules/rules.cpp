// SPDX-License-Identifier: MIT
// The list of rules and the loop over it.
#include "expr/rules/rules.hpp"

namespace nlsq::expr {
namespace {

constexpr Rule kRules[] = {
    {"fold_constants", true, fold_constants},
    {"drop_identities", true, drop_identities},
    {"resolve_conditions", true, resolve_conditions},
    {"expand_powers", false, expand_powers},
    {"move_signs", true, move_signs},
    {"collect_uniform", false, collect_uniform},
};

}  // namespace

std::span<const Rule> rules() { return kRules; }

NodeId apply_rules(Graph& graph, const Node& node) {
  for (const Rule& rule : kRules) {
    const NodeId replacement = rule.apply(graph, node);
    if (replacement != kNone) return replacement;
  }
  return kNone;
}

}  // namespace nlsq::expr
