// SPDX-License-Identifier: MIT
// A graph as text, for tests of structure: mul(exp(c0), p0). Operands that may be swapped are in
// the order of the alphabet.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "expr/graph.hpp"

namespace nlsq::test {

inline std::string show(const expr::Graph& graph, expr::NodeId id) {
  if (id == expr::kNone) return "none";
  const expr::Node& n = graph[id];
  switch (n.op) {
    case expr::Op::constant: {
      char text[40];
      std::snprintf(text, sizeof text, "%.10g", n.value);
      return text;
    }
    case expr::Op::parameter: return "p" + std::to_string(n.imm);
    case expr::Op::column: return "c" + std::to_string(n.imm);
    case expr::Op::gathered: return "p" + std::to_string(n.imm) + "[" + show(graph, n.a) + "]";
    default: break;
  }
  std::string out(expr::info(n.op).id);
  if (n.imm != 0) out += "." + std::to_string(n.imm);
  std::vector<std::string> operands;
  for (int i = 0; i < expr::arity(n); ++i) operands.push_back(show(graph, expr::operand(n, i)));
  if (expr::is_commutative(n.op)) std::sort(operands.begin(), operands.end());
  out += "(";
  for (std::size_t i = 0; i < operands.size(); ++i) out += (i > 0 ? ", " : "") + operands[i];
  return out + ")";
}

}  // namespace nlsq::test
