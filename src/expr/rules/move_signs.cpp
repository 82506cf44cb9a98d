// SPDX-License-Identifier: MIT
// move_signs: −(−x) is x; signs leave sums (x + (−y) is x − y), meet in products ((−x)·(−y) is x·y)
// and move to the operand that is the same for all rows (−(u·x) is (−u)·x for a uniform u). Exact:
// a sign costs no rounding.
#include "expr/rules/rules.hpp"

namespace nlsq::expr {
namespace {

bool is_negative(const Graph& g, NodeId id) { return g[id].op == Op::neg; }

// −id with the sign absorbed where that costs nothing per row; kNone when it cannot be.
NodeId absorbed(Graph& g, NodeId id) {
  const Node n = g[id];
  if (n.op == Op::constant) return g.constant(-n.value);
  if (n.op == Op::neg) return n.a;
  if (n.op == Op::sub) return g.make(Op::sub, n.b, n.a);
  if (n.op == Op::mul || n.op == Op::div) {
    if (g.traits(n.a).uniform && !g.traits(id).uniform) {
      return g.make(n.op, g.make(Op::neg, n.a), n.b);
    }
    if (g.traits(n.b).uniform && !g.traits(id).uniform) {
      return g.make(n.op, n.a, g.make(Op::neg, n.b));
    }
    if (is_negative(g, n.a)) return g.make(n.op, g[n.a].a, n.b);
    if (is_negative(g, n.b)) return g.make(n.op, n.a, g[n.b].a);
  }
  return kNone;
}

}  // namespace

NodeId move_signs(Graph& g, const Node& node) {
  const NodeId a = node.a, b = node.b;
  switch (node.op) {
    case Op::neg: return absorbed(g, a);
    case Op::add:
      if (is_negative(g, b)) return g.make(Op::sub, a, g[b].a);
      if (is_negative(g, a)) return g.make(Op::sub, b, g[a].a);
      return kNone;
    case Op::sub:
      if (is_negative(g, b)) return g.make(Op::add, a, g[b].a);
      return kNone;
    case Op::mul:
      if (g.is_constant(a, -1.0)) return g.make(Op::neg, b);
      if (g.is_constant(b, -1.0)) return g.make(Op::neg, a);
      [[fallthrough]];
    case Op::div:
      if (is_negative(g, a) && is_negative(g, b)) return g.make(node.op, g[a].a, g[b].a);
      if (is_negative(g, a) && !g.traits(a).uniform) {
        return g.make(Op::neg, g.make(node.op, g[a].a, b));
      }
      if (is_negative(g, b) && !g.traits(b).uniform) {
        return g.make(Op::neg, g.make(node.op, a, g[b].a));
      }
      return kNone;
    default: return kNone;
  }
}

}  // namespace nlsq::expr
