// SPDX-License-Identifier: MIT
// Bessel functions by the periodic trapezoidal rule on their integral (DLMF 10.9.2), which
// converges faster than geometrically, and by Hankel's expansion (DLMF 10.17.3); polygamma by
// recurrence and the asymptotic series (DLMF 5.11.2, 5.15.8); log Γ by Stirling's series
// (DLMF 5.11.1) where a series about its zeros does not serve; the Faddeeva function by modified
// trapezoidal rules (Al Azah, Chandler-Wilde 2021, "Computation of the complex error function using
// modified trapezoidal rules", SIAM J. Numer. Anal. 59).
#include "engine/device/special_functions.hpp"

namespace nlsq::engine::device {
namespace {

constexpr Function kSpecial[] = {
    {"lgamma", 8, "", "#define nlsq_lgamma(x) lgamma(x)\n"},
    // J_k(t), t > 0.
    {"bessel", 8, "", R"(
NLSQ_F double nlsq_bessel(int k, double t) {
  if (t < 25.0) {
    double sum = 0.5 + 0.5 * ((k & 1) ? -1.0 : 1.0);
    for (int j = 1; j < 32; ++j) {
      const double angle = 0.098174770424681038702 * j;
      sum += cos(k * angle - t * sin(angle));
    }
    return sum / 32.0;
  }
  const double mu = 4.0 * k * k, scale = 1.0 / (8.0 * t);
  double p = 1.0, q = 0.0, term = 1.0;
  for (int m = 1; m < 60; ++m) {
    const double odd = 2.0 * m - 1.0;
    const double next = term * (mu - odd * odd) * scale / m;
    if (fabs(next) > fabs(term) && m > k) break;
    term = next;
    const int turn = m & 3;
    if (turn == 1) q += term;
    else if (turn == 2) p -= term;
    else if (turn == 3) q -= term;
    else p += term;
    if (fabs(term) < 1e-18) break;
  }
  const double s = sin(t), c = cos(t);
  const double plus = s + c, minus = s - c;
  const int turn = k & 3;
  const double cosine = turn == 0 ? plus : turn == 1 ? minus : turn == 2 ? -plus : -minus;
  const double sine = turn == 0 ? minus : turn == 1 ? -plus : turn == 2 ? -minus : plus;
  return 0.56418958354775628695 / sqrt(t) * (p * cosine - q * sine);
}
)"},
    {"bessel_ratio", 20, "bessel", R"(
NLSQ_F double nlsq_bessel_ratio(int k, double x) {
  const double t = fabs(x);
  if (isinf(x)) return 0.0;
  if (t > 2.0 + k) return nlsq_bessel(k, t) / pow(t, (double)k);
  double term = 1.0;
  for (int j = 1; j <= k; ++j) term /= 2.0 * j;
  double sum = term;
  const double q = -0.25 * t * t;
  for (int j = 1; j < 60; ++j) {
    term *= q / (j * (double)(j + k));
    sum += term;
    if (fabs(term) < 1e-17 * fabs(sum)) break;
  }
  return sum;
}
)"},
    {"j0", 8, "bessel_ratio", "#define nlsq_j0(x) nlsq_bessel_ratio(0, x)\n"},
    {"j1", 16, "bessel_ratio", R"(
NLSQ_F double nlsq_j1(double x) {
  return isinf(x) ? 0.0 : fabs(x) > 3.0 ? copysign(1.0, x) * nlsq_bessel(1, fabs(x))
                                        : x * nlsq_bessel_ratio(1, x);
}
)"},
};

}  // namespace

std::span<const Function> special_functions() { return kSpecial; }

}  // namespace nlsq::engine::device
