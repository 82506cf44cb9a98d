// SPDX-License-Identifier: MIT
// Expression: a node with its graph, so that rules and derivatives can be written as formulas.
#pragma once

#include "expr/graph.hpp"

namespace nlsq::expr {

struct Expression {
  Graph* graph;
  NodeId id;
};

inline Expression apply(Op op, Expression x, std::int32_t imm = 0) {
  return {x.graph, x.graph->make(op, x.id, kNone, kNone, imm)};
}
inline Expression apply(Op op, Expression x, Expression y, std::int32_t imm = 0) {
  return {x.graph, x.graph->make(op, x.id, y.id, kNone, imm)};
}

inline Expression operator+(Expression x, Expression y) { return apply(Op::add, x, y); }
inline Expression operator-(Expression x, Expression y) { return apply(Op::sub, x, y); }
inline Expression operator*(Expression x, Expression y) { return apply(Op::mul, x, y); }
inline Expression operator/(Expression x, Expression y) { return apply(Op::div, x, y); }
inline Expression operator-(Expression x) { return apply(Op::neg, x); }
inline Expression operator<(Expression x, Expression y) { return apply(Op::lt, x, y); }
inline Expression operator<=(Expression x, Expression y) { return apply(Op::le, x, y); }
inline Expression operator>=(Expression x, Expression y) { return apply(Op::le, y, x); }
inline Expression operator==(Expression x, Expression y) { return apply(Op::eq, x, y); }
inline Expression where(Expression c, Expression x, Expression y) {
  return {x.graph, x.graph->make(Op::where, c.id, x.id, y.id)};
}

#define NLSQ_UNARY(id, text, numpy, dx, ulp, doc) \
  inline Expression id(Expression x) { return apply(Op::id, x); }
#define NLSQ_BINARY(id, text, numpy, dx, dy, ulp, doc) \
  inline Expression id(Expression x, Expression y) { return apply(Op::id, x, y); }
#include "nlsq/ops.def"

inline Expression polygamma(std::int32_t k, Expression x) { return apply(Op::polygamma, x, k); }
inline Expression bessel_ratio(std::int32_t k, Expression x) {
  return apply(Op::bessel_ratio, x, k);
}
inline Expression wofz_re(std::int32_t k, Expression x, Expression y) {
  return apply(Op::wofz_re, x, y, k);
}
inline Expression wofz_im(std::int32_t k, Expression x, Expression y) {
  return apply(Op::wofz_im, x, y, k);
}
/// x·y, and 0 where either is 0.
inline Expression strong(Expression x, Expression y) { return apply(Op::strong_mul, x, y); }

}  // namespace nlsq::expr
