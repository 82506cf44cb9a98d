// SPDX-License-Identifier: MIT
// fold_constants: an operation on numbers is a number. Exact: the same library functions as at run
// time up to the last place; the rare functions (Bessel, Faddeeva, polygamma) are left to the
// engine.
#include <cmath>
#include <optional>

#include "expr/rules/rules.hpp"

namespace nlsq::expr {
namespace {

double truth(bool b) { return b ? 1.0 : 0.0; }

std::optional<double> unary(Op op, double x) {
  switch (op) {
    case Op::neg: return -x;
    case Op::sqrt: return std::sqrt(x);
    case Op::cbrt: return std::cbrt(x);
    case Op::exp: return std::exp(x);
    case Op::expm1: return std::expm1(x);
    case Op::log: return std::log(x);
    case Op::log1p: return std::log1p(x);
    case Op::log2: return std::log2(x);
    case Op::log10: return std::log10(x);
    case Op::sin: return std::sin(x);
    case Op::cos: return std::cos(x);
    case Op::tan: return std::tan(x);
    case Op::asin: return std::asin(x);
    case Op::acos: return std::acos(x);
    case Op::atan: return std::atan(x);
    case Op::sinh: return std::sinh(x);
    case Op::cosh: return std::cosh(x);
    case Op::tanh: return std::tanh(x);
    case Op::asinh: return std::asinh(x);
    case Op::acosh: return std::acosh(x);
    case Op::atanh: return std::atanh(x);
    case Op::abs: return std::fabs(x);
    case Op::floor: return std::floor(x);
    case Op::ceil: return std::ceil(x);
    case Op::logical_not: return truth(x == 0.0);
    default: return std::nullopt;
  }
}

std::optional<double> binary(Op op, double x, double y) {
  switch (op) {
    case Op::add: return x + y;
    case Op::sub: return x - y;
    case Op::mul: return x * y;
    case Op::div: return x / y;
    case Op::pow: return std::pow(x, y);
    case Op::strong_mul: return x == 0.0 || y == 0.0 ? 0.0 : x * y;
    case Op::lt: return truth(x < y);
    case Op::le: return truth(x <= y);
    case Op::eq: return truth(x == y);
    case Op::ne: return truth(x != y);
    case Op::logical_and: return truth(x != 0.0 && y != 0.0);
    case Op::logical_or: return truth(x != 0.0 || y != 0.0);
    default: return std::nullopt;
  }
}

}  // namespace

NodeId fold_constants(Graph& graph, const Node& node) {
  const int operands = info(node.op).arity;
  if (operands == 0 || operands == 3 || !graph.is_constant(node.a)) return kNone;
  if (operands == 2 && !graph.is_constant(node.b)) return kNone;
  const double x = graph[node.a].value;
  const std::optional<double> value =
      operands == 1 ? unary(node.op, x) : binary(node.op, x, graph[node.b].value);
  return value ? graph.constant(*value) : kNone;
}

}  // namespace nlsq::expr
