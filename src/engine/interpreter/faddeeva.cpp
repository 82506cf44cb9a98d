// SPDX-License-Identifier: MIT
// w itself is libcerf's. Derivatives follow w′ = −2zw + 2i/√π and w⁽ᵏ⁺¹⁾ = −2z w⁽ᵏ⁾ − 2k w⁽ᵏ⁻¹⁾
// (DLMF 7.10.1), which cancels for large |z|; there the asymptotic series w ~ (i/√π) Σ (1/2)ₙ
// z⁻²ⁿ⁻¹ (DLMF 7.12.1) is differentiated term by term. Below the real axis w(z) = 2 exp(−z²) −
// w(−z).
#include "engine/interpreter/faddeeva.hpp"

#include <cerf.h>

#include <cmath>

namespace nlsq::engine {
namespace {

using Complex = std::complex<double>;

constexpr double kTwoOverRootPi = 1.12837916709551257390;
constexpr double kOneOverRootPi = 0.56418958354775628695;
constexpr double kAsymptoticFrom = 6.5;

Complex by_recurrence(int k, Complex z, Complex w) {
  Complex previous = w;
  Complex current = -2.0 * z * w + Complex(0.0, kTwoOverRootPi);
  for (int j = 1; j < k; ++j) {
    const Complex next = -2.0 * z * current - 2.0 * j * previous;
    previous = current;
    current = next;
  }
  return current;
}

// The k-th derivative of z^(−p) is (−1)^k p(p+1)…(p+k−1) z^(−p−k).
Complex by_series(int k, Complex z) {
  const Complex inverse = 1.0 / z;
  const Complex inverse2 = inverse * inverse;
  Complex power = inverse;
  for (int j = 0; j < k; ++j) power *= -inverse;
  Complex sum = 0.0;
  double coefficient = 1.0;  // (1/2)ₙ
  double last = INFINITY;
  for (int n = 0; n < 60; ++n) {
    double rising = 1.0;
    for (int j = 0; j < k; ++j) rising *= 2 * n + 1 + j;
    const Complex term = coefficient * rising * power;
    const double size = std::abs(term);
    if (!(size < last)) break;
    sum += term;
    if (size < 1e-18 * std::abs(sum)) break;
    last = size;
    coefficient *= n + 0.5;
    power *= inverse2;
  }
  return Complex(0.0, kOneOverRootPi) * sum;
}

// Derivatives of 2 exp(−z²) by the Hermite recurrence.
Complex gaussian_derivative(int k, Complex z) {
  Complex previous = 0.0;
  Complex current = 2.0 * std::exp(-z * z);
  for (int j = 0; j < k; ++j) {
    const Complex next = -2.0 * z * current - 2.0 * j * previous;
    previous = current;
    current = next;
  }
  return current;
}

}  // namespace

Complex faddeeva_derivative(int k, Complex z) {
  if (k == 0) return {re_w_of_z(z.real(), z.imag()), im_w_of_z(z.real(), z.imag())};
  if (!(std::abs(z) >= kAsymptoticFrom)) return by_recurrence(k, z, faddeeva_derivative(0, z));
  if (z.imag() >= 0.0) return by_series(k, z);
  const double sign = k % 2 == 0 ? 1.0 : -1.0;
  return gaussian_derivative(k, z) - sign * by_series(k, -z);
}

}  // namespace nlsq::engine
