// SPDX-License-Identifier: MIT
#include "batch/hand_fused_lanes.hpp"

#include <immintrin.h>
#include <sleef.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

namespace nlsq::bench {
namespace {

using V = __m512d;
constexpr int kLanes = 8, kN = 5, kEntries = 15;
constexpr int kMostSteps = 100;

V set(double v) { return _mm512_set1_pd(v); }
V fma(V a, V b, V c) { return _mm512_fmadd_pd(a, b, c); }
V mul(V a, V b) { return _mm512_mul_pd(a, b); }
V sub(V a, V b) { return _mm512_sub_pd(a, b); }
constexpr int at(int i, int j) { return i * (i + 1) / 2 + j; }

struct Sums {
  V h[kEntries], g[kN], c;
};

// JᵀJ, Jᵀf and fᵀf of eight fits at p, one pass, all sums in registers.
Sums evaluate(const Spots& spots, const double* y, const V* p) {
  Sums s;
  for (V& v : s.h) v = set(0.0);
  for (V& v : s.g) v = set(0.0);
  s.c = set(0.0);
  const V r = _mm512_div_pd(set(1.0), p[3]), half = mul(set(-0.5), mul(r, r));
  for (index_t i = 0; i < spots.rows; ++i) {
    const V u = sub(set(spots.x[i]), p[1]), v = sub(set(spots.z[i]), p[2]);
    const V q = fma(u, u, mul(v, v));
    const V e = Sleef_expd8_u10avx512f(mul(q, half));
    const V m = mul(mul(p[0], e), mul(r, r));
    const V J[kN] = {e, mul(m, u), mul(m, v), mul(mul(m, q), r), set(1.0)};
    const V f = sub(fma(p[0], e, p[4]), _mm512_loadu_pd(y + i * kLanes));
    for (int a = 0; a < kN; ++a) {
      for (int b = 0; b <= a; ++b) s.h[at(a, b)] = fma(J[a], J[b], s.h[at(a, b)]);
      s.g[a] = fma(J[a], f, s.g[a]);
    }
    s.c = fma(f, f, s.c);
  }
  return s;
}

struct Cholesky {
  V l[kEntries], r[kN];  // r: 1/diagonal
  Cholesky(const V* h, V damping) {
    const V factor = _mm512_add_pd(set(1.0), damping);
    for (int i = 0; i < kN; ++i) {
      for (int j = 0; j <= i; ++j) {
        V sum = i == j ? mul(h[at(i, i)], factor) : h[at(i, j)];
        for (int k = 0; k < j; ++k) sum = _mm512_fnmadd_pd(l[at(i, k)], l[at(j, k)], sum);
        if (i == j) {
          l[at(i, i)] = _mm512_sqrt_pd(sum);
          r[i] = _mm512_div_pd(set(1.0), l[at(i, i)]);
        } else {
          l[at(i, j)] = mul(sum, r[j]);
        }
      }
    }
  }
  void solve(V* b) const {
    for (int i = 0; i < kN; ++i) {
      for (int k = 0; k < i; ++k) b[i] = _mm512_fnmadd_pd(l[at(i, k)], b[k], b[i]);
      b[i] = mul(b[i], r[i]);
    }
    for (int i = kN - 1; i >= 0; --i) {
      for (int k = i + 1; k < kN; ++k) b[i] = _mm512_fnmadd_pd(l[at(k, i)], b[k], b[i]);
      b[i] = mul(b[i], r[i]);
    }
  }
};

struct Lanes {
  V p[kN], trial[kN], lambda;
  Sums here;
};

void put(V& v, int lane, double value) {
  alignas(64) double all[kLanes];
  _mm512_store_pd(all, v);
  all[lane] = value;
  v = _mm512_load_pd(all);
}
double get(V v, int lane) {
  alignas(64) double all[kLanes];
  _mm512_store_pd(all, v);
  return all[lane];
}

}  // namespace

void fit_spots(const Spots& spots, index_t from, index_t to, double tolerance,
               const SpotResults& into) {
  std::vector<double> y(static_cast<std::size_t>(spots.rows * kLanes));
  Lanes s{};
  index_t fit[kLanes];
  int steps[kLanes];
  index_t next = from;
  int busy = 0;
  const auto load = [&](int lane) {
    fit[lane] = -1;
    if (next == to) return false;
    const index_t i = fit[lane] = next++;
    for (index_t r = 0; r < spots.rows; ++r)
      y[static_cast<std::size_t>(r * kLanes + lane)] = spots.y[i * spots.rows + r];
    for (int j = 0; j < kN; ++j) {
      put(s.p[j], lane, spots.starts[i * kN + j]);
      put(s.trial[j], lane, spots.starts[i * kN + j]);
    }
    put(s.here.c, lane, INFINITY);
    put(s.lambda, lane, 1e-3);
    steps[lane] = 0;
    return true;
  };
  for (int lane = 0; lane < kLanes; ++lane) busy += load(lane) ? 1 : 0;
  while (busy > 0) {
    const Sums now = evaluate(spots, y.data(), s.trial);
    const __mmask8 better = _mm512_cmp_pd_mask(now.c, s.here.c, _CMP_LT_OQ);
    const V change = sub(s.here.c, now.c);
    const __mmask8 small =
        _mm512_cmp_pd_mask(_mm512_abs_pd(change), mul(set(tolerance), now.c), _CMP_LE_OQ);
    for (int e = 0; e < kEntries; ++e)
      s.here.h[e] = _mm512_mask_mov_pd(s.here.h[e], better, now.h[e]);
    for (int j = 0; j < kN; ++j) {
      s.here.g[j] = _mm512_mask_mov_pd(s.here.g[j], better, now.g[j]);
      s.p[j] = _mm512_mask_mov_pd(s.p[j], better, s.trial[j]);
    }
    s.here.c = _mm512_mask_mov_pd(s.here.c, better, now.c);
    s.lambda = _mm512_mask_mul_pd(mul(s.lambda, set(10.0)), better, s.lambda, set(0.1));
    unsigned ended = small;
    for (int lane = 0; lane < kLanes; ++lane) ended |= ++steps[lane] > kMostSteps ? 1u << lane : 0u;
    if (ended != 0) {
      // Once for all lanes: the covariance of those that have ended.
      const Cholesky factors(s.here.h, set(0.0));
      V inverse[kN][kN];
      for (int j = 0; j < kN; ++j) {
        for (int i = 0; i < kN; ++i) inverse[j][i] = set(i == j ? 1.0 : 0.0);
        factors.solve(inverse[j]);
      }
      for (; ended != 0; ended &= ended - 1) {
        const int lane = std::countr_zero(ended);
        const index_t i = fit[lane];
        if (i < 0) continue;
        const double scale = get(s.here.c, lane) / static_cast<double>(spots.rows - kN);
        for (int a = 0; a < kN; ++a) {
          into.popt[i * kN + a] = get(s.p[a], lane);
          for (int b = 0; b < kN; ++b)
            into.pcov[(i * kN + a) * kN + b] = scale * get(inverse[a][b], lane);
          into.perr[i * kN + a] = std::sqrt(into.pcov[(i * kN + a) * kN + a]);
        }
        into.cost[i] = 0.5 * get(s.here.c, lane);
        into.status[i] = steps[lane] > kMostSteps ? 0 : 2;
        into.nfev[i] = steps[lane];
        if (!load(lane)) --busy;
      }
    }
    const Cholesky factors(s.here.h, s.lambda);
    V step[kN];
    for (int j = 0; j < kN; ++j) step[j] = sub(set(0.0), s.here.g[j]);
    factors.solve(step);
    // A lane that was just loaded evaluates its start first.
    const __mmask8 fresh = _mm512_cmp_pd_mask(s.here.c, set(INFINITY), _CMP_EQ_OQ);
    for (int j = 0; j < kN; ++j)
      s.trial[j] = _mm512_mask_mov_pd(_mm512_add_pd(s.p[j], step[j]), fresh, s.p[j]);
  }
}

}  // namespace nlsq::bench
