// SPDX-License-Identifier: MIT
// Rare functions, one row at a time, through Boost.Math and libcerf; NumPy's remainder; gathering.
#include <boost/math/special_functions/bessel.hpp>
#include <boost/math/special_functions/polygamma.hpp>
#include <cmath>
#include <limits>

#include "engine/interpreter/faddeeva.hpp"
#include "engine/interpreter/kernels.hpp"

namespace nlsq::engine {
namespace {

using program::Code;
namespace policies = boost::math::policies;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kPi = 3.14159265358979323846;
constexpr double kInf = std::numeric_limits<double>::infinity();

// Errors become NaN or infinity; nothing is thrown and no wider type is used.
using Quiet = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>,
    policies::evaluation_error<policies::ignore_error>,
    policies::rounding_error<policies::ignore_error>, policies::promote_double<false>>;

double polygamma(int k, double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return x < 0 ? kNaN : k == 0 ? kInf : 0.0;
  if (x <= 0.0 && x == std::floor(x)) return k % 2 == 0 ? kNaN : kInf;
  if (k == 0 && x < 0.0) {
    // Reflection (DLMF 5.5.4) about the nearest pole: Boost reduces 1 − x, which has lost the last
    // digits of x.
    const double r = x - std::round(x);
    return boost::math::digamma(1.0 - x, Quiet()) - kPi / std::tan(kPi * r);
  }
  if (k == 0) return boost::math::digamma(x, Quiet());
  const double value = boost::math::polygamma(k, x, Quiet());
  // NOTE: Boost's overflow near 0 has the wrong sign for even k; right of 0 it is that of
  // (−1)^(k+1).
  return x > 0.0 ? std::copysign(value, k % 2 == 0 ? -1.0 : 1.0) : value;
}

// J_k(x)/x^k = 2^−k Σ (−x²/4)^j / (j! (j+k)!) near 0 (DLMF 10.2.2); it is even in x.
double bessel_ratio(int k, double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return 0.0;
  const double t = std::fabs(x);
  if (t > 2.0 + k) return boost::math::cyl_bessel_j(k, t, Quiet()) / std::pow(t, k);
  double term = 1.0;
  for (int j = 1; j <= k; ++j) term /= 2.0 * j;
  double sum = term;
  const double q = -0.25 * t * t;
  for (int j = 1; j < 60; ++j) {
    term *= q / (j * static_cast<double>(j + k));
    sum += term;
    if (std::fabs(term) < 1e-17 * std::fabs(sum)) break;
  }
  return sum;
}

double remainder_like_numpy(double x, double y) {
  double r = std::fmod(x, y);
  if (r != 0.0) {
    if ((r < 0.0) != (y < 0.0)) r += y;
  } else {
    r = std::copysign(0.0, y);
  }
  return r;
}

template <class F>
void each(const Call& call, index_t n, F f) {
  for (index_t i = 0; i < n; ++i) call.d[i] = f(i);
}

void run_polygamma(const Call& c, index_t n) {
  each(c, n, [&](index_t i) { return polygamma(c.imm, c.a[i]); });
}
void run_bessel_ratio(const Call& c, index_t n) {
  each(c, n, [&](index_t i) { return bessel_ratio(c.imm, c.a[i]); });
}
void run_j0(const Call& c, index_t n) {
  each(c, n, [&](index_t i) {
    const double x = c.a[i];
    if (!std::isfinite(x)) return std::isnan(x) ? kNaN : 0.0;
    return boost::math::cyl_bessel_j(0, std::fabs(x), Quiet());
  });
}
void run_j1(const Call& c, index_t n) {
  each(c, n, [&](index_t i) {
    const double x = c.a[i];
    if (!std::isfinite(x)) return std::isnan(x) ? kNaN : 0.0;
    return std::copysign(1.0, x) * boost::math::cyl_bessel_j(1, std::fabs(x), Quiet());
  });
}
void run_wofz_re(const Call& c, index_t n) {
  each(c, n, [&](index_t i) { return faddeeva_derivative(c.imm, {c.a[i], c.b[i]}).real(); });
}
void run_wofz_im(const Call& c, index_t n) {
  each(c, n, [&](index_t i) { return faddeeva_derivative(c.imm, {c.a[i], c.b[i]}).imag(); });
}
void run_mod(const Call& c, index_t n) {
  each(c, n, [&](index_t i) { return remainder_like_numpy(c.a[i], c.b[i]); });
}
// The caller's array may have been changed since its indices were checked: what is beyond the
// elements is no number, and nothing beyond them is read.
void run_gathered(const Call& c, index_t n) {
  const auto size = static_cast<double>(c.imm);
  each(c, n, [&](index_t i) {
    const double index = c.a[i];
    return index >= 0.0 && index < size ? c.b[static_cast<index_t>(index) * kSlotWidth] : kNaN;
  });
}

}  // namespace

void add_special_kernels(KernelTable& table) {
  const auto put = [&table](Code code, Kernel kernel) {
    table[static_cast<std::size_t>(code)][0] = kernel;
  };
  put(Code::polygamma, run_polygamma);
  put(Code::bessel_ratio, run_bessel_ratio);
  put(Code::j0, run_j0);
  put(Code::j1, run_j1);
  put(Code::wofz_re, run_wofz_re);
  put(Code::wofz_im, run_wofz_im);
  put(Code::mod, run_mod);
  table[static_cast<std::size_t>(Code::gathered)][2] = run_gathered;
}

}  // namespace nlsq::engine
