// SPDX-License-Identifier: MIT
// One struct a model computes the columns of eight rows; models of up to five columns and f keep
// all accumulators in registers, wider ones write a block of columns to the first-level cache and
// fold it in tiles of 4×4.
#include "hand_fused.hpp"

#include <immintrin.h>
#include <sleef.h>

#include <utility>

namespace nlsq::bench {
namespace {

using V = __m512d;

V set(double v) { return _mm512_set1_pd(v); }
V fma(V a, V b, V c) { return _mm512_fmadd_pd(a, b, c); }
V mul(V a, V b) { return _mm512_mul_pd(a, b); }
V sub(V a, V b) { return _mm512_sub_pd(a, b); }

// The engine's exponential (engine/interpreter/exp-inl.hpp) for arguments that are no NaN, inline
// as a hand-written loop would have it.
V exp(V x) {
  constexpr double kCoefficients[] = {
      0x1.28ad82a614eeap-22, 0x1.71df253c9a400p-19, 0x1.a01999fb1b0dbp-16,
      0x1.a01a012a53ec1p-13, 0x1.6c16c184308adp-10, 0x1.1111111127c20p-7,
      0x1.555555555085ep-5,  0x1.55555555554fap-3,  0x1.000000000000ap-1};
  const V limited = _mm512_min_pd(_mm512_max_pd(x, set(-746.0)), set(710.0));
  const V k = _mm512_roundscale_pd(mul(limited, set(0x1.71547652b82fep+0)), 0);
  V r = _mm512_fnmadd_pd(k, set(0x1.62e42fefa3000p-1), limited);
  r = _mm512_fnmadd_pd(k, set(0x1.3de6af278ece6p-42), r);
  V q = set(0x1.ad7fbb37b248ep-26);
  for (const double c : kCoefficients) q = fma(q, r, set(c));
  return _mm512_scalef_pd(_mm512_add_pd(set(1.0), fma(mul(r, r), q, r)), k);
}

struct Exponential {  // a exp(-b x) + c
  static constexpr int kColumns = 4;
  V a, minus_b, c, minus_a, one = set(1.0);
  explicit Exponential(const double* p)
      : a(set(p[0])), minus_b(set(-p[1])), c(set(p[2])), minus_a(set(-p[0])) {}
  void row(V x, V y, V* out) const {
    const V e = exp(mul(minus_b, x));
    out[0] = e;
    out[1] = mul(mul(minus_a, x), e);
    out[2] = one;
    out[3] = sub(fma(a, e, c), y);
  }
};

struct Gaussian {  // a exp(-(x-m)^2 / (2 s^2))
  static constexpr int kColumns = 4;
  V a, m, r, half = set(-0.5);
  explicit Gaussian(const double* p) : a(set(p[0])), m(set(p[1])), r(set(1.0 / p[2])) {}
  void row(V x, V y, V* out) const {
    const V u = mul(sub(x, m), r);
    const V e = exp(mul(mul(u, u), half));
    const V v = mul(a, e);
    const V g = mul(mul(v, u), r);
    out[0] = e;
    out[1] = g;
    out[2] = mul(g, u);
    out[3] = sub(v, y);
  }
};

struct Sine {  // a sin(b x + c) + d
  static constexpr int kColumns = 5;
  V a, b, c, d, one = set(1.0);
  explicit Sine(const double* p) : a(set(p[0])), b(set(p[1])), c(set(p[2])), d(set(p[3])) {}
  void row(V x, V y, V* out) const {
    const Sleef___m512d_2 sc = Sleef_sincosd8_u10avx512f(fma(b, x, c));
    const V g = mul(a, sc.y);
    out[0] = sc.x;
    out[1] = mul(g, x);
    out[2] = g;
    out[3] = one;
    out[4] = sub(fma(a, sc.x, d), y);
  }
};

struct Line {  // a + b x
  static constexpr int kColumns = 3;
  V a, b, one = set(1.0);
  explicit Line(const double* p) : a(set(p[0])), b(set(p[1])) {}
  void row(V x, V y, V* out) const {
    out[0] = one;
    out[1] = x;
    out[2] = sub(fma(b, x, a), y);
  }
};

struct Cubic {  // a + b x + c x^2 + d x^3
  static constexpr int kColumns = 5;
  V a, b, c, d, one = set(1.0);
  explicit Cubic(const double* p) : a(set(p[0])), b(set(p[1])), c(set(p[2])), d(set(p[3])) {}
  void row(V x, V y, V* out) const {
    const V x2 = mul(x, x);
    out[0] = one;
    out[1] = x;
    out[2] = x2;
    out[3] = mul(x2, x);
    out[4] = sub(fma(fma(fma(d, x, c), x, b), x, a), y);
  }
};

struct Rational {  // (p0 + p1 x + p2 x^2 + p3 x^3) / (1 + p4 x + p5 x^2 + p6 x^3)
  static constexpr int kColumns = 8;
  V p[7], one = set(1.0);
  explicit Rational(const double* q) {
    for (int i = 0; i < 7; ++i) p[i] = set(q[i]);
  }
  void row(V x, V y, V* out) const {
    const V top = fma(fma(fma(p[3], x, p[2]), x, p[1]), x, p[0]);
    const V r = _mm512_div_pd(one, fma(fma(fma(p[6], x, p[5]), x, p[4]), x, one));
    const V v = mul(top, r);
    const V w = _mm512_sub_pd(_mm512_setzero_pd(), mul(v, r));
    out[0] = r;
    out[1] = mul(r, x);
    out[2] = mul(out[1], x);
    out[3] = mul(out[2], x);
    out[4] = mul(w, x);
    out[5] = mul(out[4], x);
    out[6] = mul(out[5], x);
    out[7] = sub(v, y);
  }
};

struct ThreeGaussians {  // Σ a exp(-(x-m)^2 / (2 s^2)) + c + d x
  static constexpr int kColumns = 12;
  V a[3], m[3], r[3], c, d, half = set(-0.5), one = set(1.0);
  explicit ThreeGaussians(const double* p) : c(set(p[9])), d(set(p[10])) {
    for (int k = 0; k < 3; ++k) {
      a[k] = set(p[3 * k]);
      m[k] = set(p[3 * k + 1]);
      r[k] = set(1.0 / p[3 * k + 2]);
    }
  }
  void row(V x, V y, V* out) const {
    V f = sub(fma(d, x, c), y);
    for (int k = 0; k < 3; ++k) {
      const V u = mul(sub(x, m[k]), r[k]);
      const V e = exp(mul(mul(u, u), half));
      const V v = mul(a[k], e);
      const V g = mul(mul(v, u), r[k]);
      out[3 * k] = e;
      out[3 * k + 1] = g;
      out[3 * k + 2] = mul(g, u);
      f = _mm512_add_pd(f, v);
    }
    out[9] = one;
    out[10] = x;
    out[11] = f;
  }
};

// All accumulators in registers.
template <class M>
void run_in_registers(const double* x, const double* y, long m, const double* p, double* gram) {
  constexpr int q = M::kColumns;
  const M model(p);
  V sums[q * (q + 1) / 2];
  for (V& s : sums) s = _mm512_setzero_pd();
  for (long i = 0; i < m; i += 8) {
    V row[q];
    model.row(_mm512_loadu_pd(x + i), _mm512_loadu_pd(y + i), row);
    for (int a = 0, k = 0; a < q; ++a) {
      for (int b = 0; b <= a; ++b, ++k) sums[k] = fma(row[a], row[b], sums[k]);
    }
  }
  for (int k = 0; k < q * (q + 1) / 2; ++k) gram[k] += _mm512_reduce_add_pd(sums[k]);
}

template <int A, int B, bool kDiagonal>
void fold_tile(const double (*block)[256 + 8], int i0, int j0, V* sums) {
  V acc[A][B];
  for (int i = 0; i < A; ++i) {
    for (int j = 0; j < (kDiagonal ? i + 1 : B); ++j)
      acc[i][j] = sums[(i0 + i) * (i0 + i + 1) / 2 + j0 + j];
  }
  for (int r = 0; r < 256; r += 8) {
    V x[A], y[B];
    for (int i = 0; i < A; ++i) x[i] = _mm512_load_pd(block[i0 + i] + r);
    if constexpr (!kDiagonal) {
      for (int j = 0; j < B; ++j) y[j] = _mm512_load_pd(block[j0 + j] + r);
    }
    for (int i = 0; i < A; ++i) {
      for (int j = 0; j < (kDiagonal ? i + 1 : B); ++j)
        acc[i][j] = fma(x[i], kDiagonal ? x[j] : y[j], acc[i][j]);
    }
  }
  for (int i = 0; i < A; ++i) {
    for (int j = 0; j < (kDiagonal ? i + 1 : B); ++j)
      sums[(i0 + i) * (i0 + i + 1) / 2 + j0 + j] = acc[i][j];
  }
}

// Columns of 256 rows in cache, then 4×4 tiles. kColumns is a multiple of 4.
template <class M>
void run_tiled(const double* x, const double* y, long m, const double* p, double* gram) {
  constexpr int q = M::kColumns;
  static_assert(q % 4 == 0);
  const M model(p);
  V sums[q * (q + 1) / 2];
  for (V& s : sums) s = _mm512_setzero_pd();
  alignas(64) static thread_local double block[q][256 + 8];
  for (long first = 0; first < m; first += 256) {
    for (int r = 0; r < 256; r += 8) {
      V row[q];
      model.row(_mm512_loadu_pd(x + first + r), _mm512_loadu_pd(y + first + r), row);
      for (int j = 0; j < q; ++j) _mm512_store_pd(block[j] + r, row[j]);
    }
    for (int i = 0; i < q; i += 4) {
      for (int j = 0; j < i; j += 4) fold_tile<4, 4, false>(block, i, j, sums);
      fold_tile<4, 4, true>(block, i, i, sums);
    }
  }
  for (int k = 0; k < q * (q + 1) / 2; ++k) gram[k] += _mm512_reduce_add_pd(sums[k]);
}

}  // namespace

double read_all(const double* values, long n) {
  constexpr int kStreams = 8;
  V sums[kStreams] = {};
  for (long i = 0; i < n; i += 8 * kStreams) {
    for (int k = 0; k < kStreams; ++k)
      sums[k] = _mm512_add_pd(sums[k], _mm512_loadu_pd(values + i + 8 * k));
  }
  double total = 0.0;
  for (const V sum : sums) total += _mm512_reduce_add_pd(sum);
  return total;
}

const std::vector<HandFused>& hand_fused_models() {
  static const std::vector<HandFused> models =
      __builtin_cpu_supports("avx512f")
          ? std::vector<HandFused>{{"exponential",
                                    "a*exp(-b*x)+c",
                                    {2.5, 1.3, 0.5},
                                    0.0,
                                    2.0,
                                    run_in_registers<Exponential>},
                                   {"gaussian",
                                    "a*exp(-(x-m)^2/(2*s^2))",
                                    {2.0, 0.9, 0.4},
                                    0.0,
                                    2.0,
                                    run_in_registers<Gaussian>},
                                   {"sine",
                                    "a*sin(b*x+c)+d",
                                    {1.5, 2.0, 0.3, 0.2},
                                    0.0,
                                    2.0,
                                    run_in_registers<Sine>},
                                   {"rational",
                                    "(p0+p1*x+p2*x^2+p3*x^3)/(1+p4*x+p5*x^2+p6*x^3)",
                                    {1288, 1491, 583, 75.4, 0.966, 0.398, 0.0497},
                                    -3.0,
                                    2.2,
                                    run_tiled<Rational>},
                                   {"three_gaussians",
                                    "a1*exp(-(x-m1)^2/(2*s1^2))+a2*exp(-(x-m2)^2/"
                                    "(2*s2^2))+a3*exp(-(x-m3)^2/(2*s3^2))+c+d*x",
                                    {1, 0.4, 0.1, 2, 1.0, 0.2, 1.5, 1.6, 0.15, 0.2, 0.1},
                                    0.0,
                                    2.0,
                                    run_tiled<ThreeGaussians>},
                                   {"line", "a+b*x", {0.5, 1.5}, 0.0, 2.0, run_in_registers<Line>},
                                   {"cubic",
                                    "a+b*x+c*x^2+d*x^3",
                                    {0.5, 1.5, -0.7, 0.2},
                                    0.0,
                                    2.0,
                                    run_in_registers<Cubic>}}
          : std::vector<HandFused>{};
  return models;
}

}  // namespace nlsq::bench
