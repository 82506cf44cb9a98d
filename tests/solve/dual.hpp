// SPDX-License-Identifier: MIT
// Forward-mode dual numbers for test models: a value and N partial derivatives.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace nlsq::test {

template <std::size_t N>
struct Dual {
  double v = 0;
  std::array<double, N> d{};

  Dual() = default;
  Dual(double value) : v(value) {}  // NOLINT: constants mix with duals in formulas

  // value, and outer·(derivatives of a) + inner·(derivatives of b)
  static Dual chain(double value, double outer, const Dual& a) {
    Dual out(value);
    for (std::size_t i = 0; i < N; ++i) out.d[i] = outer * a.d[i];
    return out;
  }
  static Dual chain(double value, double p, const Dual& a, double q, const Dual& b) {
    Dual out(value);
    for (std::size_t i = 0; i < N; ++i) out.d[i] = p * a.d[i] + q * b.d[i];
    return out;
  }

  friend Dual operator+(const Dual& a, const Dual& b) { return chain(a.v + b.v, 1, a, 1, b); }
  friend Dual operator-(const Dual& a, const Dual& b) { return chain(a.v - b.v, 1, a, -1, b); }
  friend Dual operator-(const Dual& a) { return chain(-a.v, -1, a); }
  friend Dual operator*(const Dual& a, const Dual& b) { return chain(a.v * b.v, b.v, a, a.v, b); }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const double q = a.v / b.v;
    return chain(q, 1 / b.v, a, -q / b.v, b);
  }
  friend Dual exp(const Dual& a) { return chain(std::exp(a.v), std::exp(a.v), a); }
  friend Dual log(const Dual& a) { return chain(std::log(a.v), 1 / a.v, a); }
  friend Dual sqrt(const Dual& a) { return chain(std::sqrt(a.v), 0.5 / std::sqrt(a.v), a); }
  friend Dual sin(const Dual& a) { return chain(std::sin(a.v), std::cos(a.v), a); }
  friend Dual cos(const Dual& a) { return chain(std::cos(a.v), -std::sin(a.v), a); }
  friend Dual atan(const Dual& a) { return chain(std::atan(a.v), 1 / (1 + a.v * a.v), a); }
  friend Dual pow(const Dual& a, const Dual& b) {
    const double value = std::pow(a.v, b.v);
    const double inner = b.v * std::pow(a.v, b.v - 1);
    bool constant = true;
    for (const double part : b.d) constant = constant && part == 0.0;
    return constant ? chain(value, inner, a) : chain(value, inner, a, value * std::log(a.v), b);
  }
};

}  // namespace nlsq::test
