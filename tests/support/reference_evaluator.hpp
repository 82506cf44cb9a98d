// SPDX-License-Identifier: MIT
// An independent evaluator of expression graphs, one row at a time in any real type: the oracle for
// lowering, the kernels and the derivatives. It knows nothing of programs; elementary functions are
// the standard library's. The Faddeeva function is left out (its tables test it).
#pragma once

#include <boost/math/special_functions/bessel.hpp>
#include <boost/math/special_functions/polygamma.hpp>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "expr/graph.hpp"

namespace nlsq::test {

/// What leaves stand for on one row: plain parameters are vectors of one element.
template <class T>
struct Inputs {
  std::vector<std::vector<T>> parameters;
  std::vector<T> columns;
};

template <class T>
T reference_unary(expr::Op op, int k, T x) {
  using expr::Op;
  const T zero(0), one(1);
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
    case Op::sign: return x > zero ? one : x < zero ? -one : x;
    case Op::floor: return std::floor(x);
    case Op::ceil: return std::ceil(x);
    case Op::erf: return std::erf(x);
    case Op::erfc: return std::erfc(x);
    case Op::lgamma: return std::lgamma(x);
    case Op::polygamma: return std::isnan(x) ? x : boost::math::polygamma(k, x);
    case Op::expit:
      return x < zero ? std::exp(x) / (one + std::exp(x)) : one / (one + std::exp(-x));
    case Op::j0: return std::isnan(x) ? x : boost::math::cyl_bessel_j(0, x);
    case Op::j1: return std::isnan(x) ? x : boost::math::cyl_bessel_j(1, x);
    case Op::bessel_ratio:
      if (std::isnan(x)) return x;
      if (std::fabs(x) < T(1e-3)) x = T(1e-3);
      return boost::math::cyl_bessel_j(k, std::fabs(x)) / std::pow(std::fabs(x), T(k));
    case Op::logical_not: return x == zero ? one : zero;
    default: throw std::logic_error("reference evaluator: no unary operation of that kind");
  }
}

template <class T>
T reference_binary(expr::Op op, T x, T y) {
  using expr::Op;
  const T zero(0), one(1);
  const auto truth = [&](bool b) { return b ? one : zero; };
  switch (op) {
    case Op::add: return x + y;
    case Op::sub: return x - y;
    case Op::mul: return x * y;
    case Op::div: return x / y;
    case Op::strong_mul: return x == zero || y == zero ? zero : x * y;
    case Op::pow: return std::pow(x, y);
    case Op::atan2: return std::atan2(x, y);
    case Op::min: return std::isnan(x) || x <= y ? x : y;
    case Op::max: return std::isnan(x) || x >= y ? x : y;
    case Op::mod: {
      const T r = std::fmod(x, y);
      if (r == zero) return std::copysign(zero, y);
      return (r < zero) != (y < zero) ? r + y : r;
    }
    case Op::hypot: return std::hypot(x, y);
    case Op::logaddexp: {
      const T high = x < y ? y : x;
      return x == y ? high + std::log(T(2)) : high + std::log1p(std::exp(-std::fabs(x - y)));
    }
    case Op::lt: return truth(x < y);
    case Op::le: return truth(x <= y);
    case Op::eq: return truth(x == y);
    case Op::ne: return truth(x != y);
    case Op::logical_and: return truth(x != zero && y != zero);
    case Op::logical_or: return truth(x != zero || y != zero);
    default: throw std::logic_error("reference evaluator: no binary operation of that kind");
  }
}

/// The values of all nodes that `root` needs (others stay 0).
template <class T>
std::vector<T> reference_values(const expr::Graph& graph, expr::NodeId root,
                                const Inputs<T>& inputs) {
  using expr::Op;
  const std::vector<bool> needed = graph.reachable({&root, 1});
  std::vector<T> value(graph.size(), T(0));
  for (expr::NodeId id = 0; id <= root; ++id) {
    if (!needed[id]) continue;
    const expr::Node& n = graph[id];
    const auto index = static_cast<std::size_t>(n.imm);
    switch (n.op) {
      case Op::constant: value[id] = T(n.value); break;
      case Op::parameter: value[id] = inputs.parameters[index][0]; break;
      case Op::column: value[id] = inputs.columns[index]; break;
      case Op::gathered:
        value[id] = inputs.parameters[index][static_cast<std::size_t>(value[n.a])];
        break;
      case Op::where: value[id] = value[n.a] != T(0) ? value[n.b] : value[n.c]; break;
      default:
        value[id] = expr::arity(n) == 1 ? reference_unary<T>(n.op, n.imm, value[n.a])
                                        : reference_binary<T>(n.op, value[n.a], value[n.b]);
    }
  }
  return value;
}

template <class T>
T reference_value(const expr::Graph& graph, expr::NodeId root, const Inputs<T>& inputs) {
  return reference_values<T>(graph, root, inputs)[root];
}

}  // namespace nlsq::test
