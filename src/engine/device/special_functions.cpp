// SPDX-License-Identifier: MIT
// Bessel functions by the periodic trapezoidal rule on their integral (DLMF 10.9.2), which
// converges faster than geometrically, and by Hankel's expansion (DLMF 10.17.3); polygamma by
// recurrence, reflection and the asymptotic series (DLMF 5.11.2, 5.15.8); the Faddeeva function by
// modified trapezoidal rules (Al Azah, Chandler-Wilde 2021, "Computation of the complex error
// function using modified trapezoidal rules", SIAM J. Numer. Anal. 59).
#include "engine/device/special_functions.hpp"

namespace nlsq::engine::device {
namespace {

constexpr Function kSpecial[] = {
    {"lgamma", 8, "", "#define nlsq_lgamma(x) lgamma(x)\n"},
    // J_k(t), t > 0.
    {"bessel", 24, "", R"(
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
    {"bessel_ratio", 24, "bessel", R"(
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
    {"j0", 24, "bessel_ratio", "#define nlsq_j0(x) nlsq_bessel_ratio(0, x)\n"},
    {"j1", 24, "bessel_ratio", R"(
NLSQ_F double nlsq_j1(double x) {
  return isinf(x) ? 0.0 : fabs(x) > 3.0 ? copysign(1.0, x) * nlsq_bessel(1, fabs(x))
                                        : x * nlsq_bessel_ratio(1, x);
}
)"},
    // k! Σ 1/(x + j)^(k+1), j ≥ 0, for x > 0: the size of the k-th polygamma function, k ≥ 1.
    {"polygamma_size", 8, "", R"(
NLSQ_F double nlsq_power(double x, int k) {
  double p = 1.0;
  for (int j = 0; j < k; ++j) p *= x;
  return p;
}
NLSQ_F double nlsq_polygamma_size(int k, double x) {
  double factorial = 1.0;
  for (int j = 2; j <= k; ++j) factorial *= j;
  double head = 0.0;
  while (x < 16.0 + k) {
    head += 1.0 / nlsq_power(x, k + 1);
    x += 1.0;
  }
  const double b[10] = {1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0,
                        7.0 / 6.0, -3617.0 / 510.0, 43867.0 / 798.0, -174611.0 / 330.0};
  const double power = nlsq_power(x, k);
  double tail = factorial / k / power + 0.5 * factorial / (power * x);
  double rising = factorial * (k + 1) / 2.0;
  double scale = power * x * x;
  for (int j = 1; j <= 10; ++j) {
    tail += b[j - 1] * rising / scale;
    rising *= (2.0 * j + k) * (2.0 * j + k + 1) / ((2.0 * j + 1) * (2.0 * j + 2));
    scale *= x * x;
  }
  return factorial * head + tail;
}
)"},
    {"digamma", 8, "", R"(
NLSQ_F double nlsq_digamma(double x) {
  double back = 0.0;
  while (x < 16.0) {
    back += 1.0 / x;
    x += 1.0;
  }
  const double y = 1.0 / (x * x);
  const double series = y * (1.0 / 12.0 - y * (1.0 / 120.0 - y * (1.0 / 252.0 - y * (1.0 / 240.0
      - y * (1.0 / 132.0 - y * (691.0 / 32760.0 - y * (1.0 / 12.0)))))));
  return log(x) - 0.5 / x - series - back;
}
)"},
    // Left of 0 by reflection, (-1)^k psi_k(1 - x) - psi_k(x) = d^k/dx^k pi cot(pi x), whose
    // derivatives are polynomials in the cotangent.
    {"polygamma", 32, "polygamma_size digamma", R"(
NLSQ_F double nlsq_polygamma(int k, double x) {
  if (isnan(x)) return x;
  if (isinf(x)) return x < 0.0 ? NLSQ_NAN : k == 0 ? x : 0.0;
  if (x <= 0.0 && x == floor(x)) return (k & 1) ? 1.0 / 0.0 : NLSQ_NAN;
  const double sign = (k & 1) ? 1.0 : -1.0;
  if (x > 0.0) return k == 0 ? nlsq_digamma(x) : sign * nlsq_polygamma_size(k, x);
  const double pi = 3.14159265358979323846;
  const double c = 1.0 / tan(pi * (x - rint(x)));
  double p[12], q[12];
  for (int j = 0; j < 12; ++j) p[j] = j == 1 ? pi : 0.0;
  for (int d = 0; d < k && d < 10; ++d) {
    for (int j = 0; j < 12; ++j) q[j] = 0.0;
    for (int j = 1; j < 11; ++j) {
      q[j - 1] -= pi * j * p[j];
      q[j + 1] -= pi * j * p[j];
    }
    for (int j = 0; j < 12; ++j) p[j] = q[j];
  }
  double cotangent = 0.0;
  for (int j = 11; j >= 0; --j) cotangent = fma(cotangent, c, p[j]);
  const double right = k == 0 ? nlsq_digamma(1.0 - x) : -nlsq_polygamma_size(k, 1.0 - x);
  return right - cotangent;
}
)"},
    // w(z) in the first quadrant, with 12 points.
    {"wofz_first", 80, "", R"(
typedef struct { double re, im; } nlsq_complex;
NLSQ_F nlsq_complex nlsq_product(nlsq_complex a, nlsq_complex b) {
  nlsq_complex c;
  c.re = a.re * b.re - a.im * b.im;
  c.im = a.re * b.im + a.im * b.re;
  return c;
}
NLSQ_F nlsq_complex nlsq_quotient(nlsq_complex a, nlsq_complex b) {
  const double size = 1.0 / (b.re * b.re + b.im * b.im);
  nlsq_complex c;
  c.re = (a.re * b.re + a.im * b.im) * size;
  c.im = (a.im * b.re - a.re * b.im) * size;
  return c;
}
NLSQ_F nlsq_complex nlsq_gauss(double x, double y) {
  const double size = exp((y - x) * (y + x));
  nlsq_complex c;
  c.re = size * cos(2.0 * x * y);
  c.im = -size * sin(2.0 * x * y);
  return c;
}
NLSQ_F nlsq_complex nlsq_wofz_first(double x, double y) {
  const double pi = 3.14159265358979323846, h = 0.51166335397324424423;
  nlsq_complex sum, z, w;
  if (x + y > 1e8) {
    const double r = hypot(x, y), scale = 0.56418958354775628695 / r;
    w.re = isinf(r) ? 0.0 : y / r * scale;
    w.im = isinf(r) ? 0.0 : x / r * scale;
    return w;
  }
  z.re = x;
  z.im = y;
  const nlsq_complex z2 = nlsq_product(z, z);
  const int plain = y >= fmax(x, pi / h);
  const double place = x / h - floor(x / h);
  const int trapezoid = !plain && place >= 0.25 && place <= 0.75;
  sum.re = sum.im = 0.0;
  for (int k = trapezoid ? 1 : 0; k < 12; ++k) {
    const double t = trapezoid ? k * h : (k + 0.5) * h;
    nlsq_complex weight, distance;
    weight.re = exp(-t * t);
    weight.im = 0.0;
    distance.re = (x - t) * (x + t) - y * y;
    distance.im = z2.im;
    const nlsq_complex term = nlsq_quotient(weight, distance);
    sum.re += term.re;
    sum.im += term.im;
  }
  const nlsq_complex product = nlsq_product(z, sum);
  w.re = -2.0 * h / pi * product.im;
  w.im = 2.0 * h / pi * product.re;
  if (trapezoid) {
    const double size = h / (pi * (x * x + y * y));
    w.re += y * size;
    w.im += x * size;
  }
  if (plain || y > 10.0) return w;
  const double wave = exp(2.0 * pi * y / h), angle = 2.0 * pi * (x / h), side = trapezoid ? -1.0 : 1.0;
  nlsq_complex below, twice = nlsq_gauss(x, y);
  below.re = 1.0 + side * wave * cos(angle);
  below.im = -side * wave * sin(angle);
  twice.re *= 2.0;
  twice.im *= 2.0;
  const nlsq_complex correction = nlsq_quotient(twice, below);
  w.re += correction.re;
  w.im += correction.im;
  return w;
}
)"},
    // The k-th derivative: by the recurrence w'' = -2zw' - 2w …, which cancels for large |z|, where
    // the asymptotic series is differentiated term by term.
    {"wofz", 80, "wofz_first", R"(
NLSQ_F nlsq_complex nlsq_wofz_value(double x, double y) {
  nlsq_complex w = nlsq_wofz_first(fabs(x), fabs(y));
  if (y < 0.0) {
    const nlsq_complex twice = nlsq_gauss(fabs(x), fabs(y));
    w.re = 2.0 * twice.re - w.re;
    w.im = 2.0 * twice.im - w.im;
    if (x > 0.0) w.im = -w.im;
  } else if (x < 0.0) {
    w.im = -w.im;
  }
  return w;
}
NLSQ_F nlsq_complex nlsq_wofz_series(int k, double x, double y) {
  nlsq_complex z, one, sum;
  z.re = x;
  z.im = y;
  one.re = 1.0;
  one.im = 0.0;
  sum.re = sum.im = 0.0;
  const nlsq_complex inverse = nlsq_quotient(one, z), inverse2 = nlsq_product(inverse, inverse);
  nlsq_complex power = inverse;
  for (int j = 0; j < k; ++j) {
    power = nlsq_product(power, inverse);
    power.re = -power.re;
    power.im = -power.im;
  }
  double coefficient = 1.0, last = 1e300;
  for (int n = 0; n < 60; ++n) {
    double rising = coefficient;
    for (int j = 0; j < k; ++j) rising *= 2 * n + 1 + j;
    const double size = rising * hypot(power.re, power.im);
    if (!(size < last)) break;
    sum.re += rising * power.re;
    sum.im += rising * power.im;
    if (size < 1e-18 * hypot(sum.re, sum.im)) break;
    last = size;
    coefficient *= n + 0.5;
    power = nlsq_product(power, inverse2);
  }
  nlsq_complex w;
  w.re = -0.56418958354775628695 * sum.im;
  w.im = 0.56418958354775628695 * sum.re;
  return w;
}
NLSQ_F nlsq_complex nlsq_wofz(int k, double x, double y) {
  if (k == 0) return nlsq_wofz_value(x, y);
  nlsq_complex z, previous, current;
  z.re = x;
  z.im = y;
  if (!(hypot(x, y) >= 6.5)) {
    previous = nlsq_wofz_value(x, y);
    current = nlsq_product(z, previous);
    current.re = -2.0 * current.re;
    current.im = -2.0 * current.im + 1.12837916709551257390;
    for (int j = 1; j < k; ++j) {
      nlsq_complex next = nlsq_product(z, current);
      next.re = -2.0 * next.re - 2.0 * j * previous.re;
      next.im = -2.0 * next.im - 2.0 * j * previous.im;
      previous = current;
      current = next;
    }
    return current;
  }
  if (y >= 0.0) return nlsq_wofz_series(k, x, y);
  previous.re = previous.im = 0.0;
  current = nlsq_gauss(x, y);
  current.re *= 2.0;
  current.im *= 2.0;
  for (int j = 0; j < k; ++j) {
    nlsq_complex next = nlsq_product(z, current);
    next.re = -2.0 * next.re - 2.0 * j * previous.re;
    next.im = -2.0 * next.im - 2.0 * j * previous.im;
    previous = current;
    current = next;
  }
  const nlsq_complex series = nlsq_wofz_series(k, -x, -y);
  const double sign = (k & 1) ? -1.0 : 1.0;
  current.re -= sign * series.re;
  current.im -= sign * series.im;
  return current;
}
)"},
    {"wofz_re", 80, "wofz", "#define nlsq_wofz_re(k, x, y) nlsq_wofz(k, x, y).re\n"},
    {"wofz_im", 80, "wofz", "#define nlsq_wofz_im(k, x, y) nlsq_wofz(k, x, y).im\n"},
};

}  // namespace

std::span<const Function> special_functions() { return kSpecial; }

}  // namespace nlsq::engine::device
