// SPDX-License-Identifier: MIT
// Small dense algebra with a matrix a lane: packed symmetric matrices, LDLᵀ. Read once for each
// instruction set.
#if defined(NLSQ_LANE_ALGEBRA_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NLSQ_LANE_ALGEBRA_INL
#undef NLSQ_LANE_ALGEBRA_INL
#else
#define NLSQ_LANE_ALGEBRA_INL
#endif

#include <hwy/highway.h>

#include "batch/lanes.hpp"
#include "engine/divide-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlsq::batch::HWY_NAMESPACE {
namespace solver {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;
using engine::HWY_NAMESPACE::divide;

constexpr double kSmallestPivot = 1e-14;  // of JᵀJ scaled to a unit diagonal
constexpr double kLeastShare = 1e-6;      // smallest pivot, scaled, that JᵀJ + S must have

constexpr index_t lanes() { return static_cast<index_t>(hn::MaxLanes(D())); }
HWY_INLINE V load(const double* p, index_t entry) { return hn::LoadU(D(), p + entry * lanes()); }
HWY_INLINE void store(V v, double* p, index_t entry) { hn::StoreU(v, D(), p + entry * lanes()); }
HWY_INLINE V set(double v) { return hn::Set(D(), v); }
HWY_INLINE V zero() { return hn::Zero(D()); }
HWY_INLINE M both(M a, M b) { return hn::And(a, b); }
HWY_INLINE M either(M a, M b) { return hn::Or(a, b); }
HWY_INLINE M without(M a, M b) { return hn::AndNot(b, a); }
HWY_INLINE V choose(M m, V yes, V no) { return hn::IfThenElse(m, yes, no); }

// The number of parameters, known to the compiler unless kN is 0.
template <int kN>
struct Size {
  static constexpr int most = kN;
  static constexpr index_t n = kN;
  explicit Size(index_t) {}
};
template <>
struct Size<0> {
  static constexpr int most = static_cast<int>(kMostParameters);
  explicit Size(index_t given) : n(given) {}
  const index_t n;
};

// LDLᵀ of A + λ·diag(A). Pivots that are nothing beside A's diagonal are raised; 1/d = 0 stands for
// a parameter that does not move.
template <int kN>
struct Factors {
  V l[Size<kN>::most * (Size<kN>::most - 1) / 2 + 1];
  V inverse[Size<kN>::most];

  static constexpr index_t below(index_t i, index_t j) { return i * (i - 1) / 2 + j; }

  // Returns where every pivot is more than kLeastShare of A's diagonal.
  template <class Gram, class Held>
  HWY_INLINE M factor(const Gram& gram, Size<kN> size, V lambda, const Held& held) {
    M sound = hn::Eq(zero(), zero());
#pragma GCC unroll 8
    for (index_t i = 0; i < size.n; ++i) {
      V row[Size<kN>::most];
      const V diagonal = gram(packed_index(i, i));
      V pivot = hn::MulAdd(diagonal, lambda, diagonal);
#pragma GCC unroll 8
      for (index_t j = 0; j < i; ++j) {
        V w = gram(packed_index(i, j));
#pragma GCC unroll 8
        for (index_t k = 0; k < j; ++k) w = hn::NegMulAdd(row[k], l[below(j, k)], w);
        row[j] = w;
      }
#pragma GCC unroll 8
      for (index_t j = 0; j < i; ++j) {
        const V factor = hn::Mul(row[j], inverse[j]);
        l[below(i, j)] = factor;
        pivot = hn::NegMulAdd(row[j], factor, pivot);
      }
      sound = both(sound, hn::Gt(pivot, hn::Mul(diagonal, set(kLeastShare))));
      pivot = hn::Max(pivot, hn::Mul(diagonal, set(kSmallestPivot)));
      const M still = either(held(i), hn::Not(hn::Gt(pivot, zero())));
      inverse[i] = choose(still, zero(), divide(set(1.0), pivot));
    }
    return sound;
  }

  // b ← A⁻¹b
  HWY_INLINE void solve(V* b, Size<kN> size) const {
#pragma GCC unroll 8
    for (index_t i = 1; i < size.n; ++i) {
#pragma GCC unroll 8
      for (index_t j = 0; j < i; ++j) b[i] = hn::NegMulAdd(l[below(i, j)], b[j], b[i]);
    }
#pragma GCC unroll 8
    for (index_t i = 0; i < size.n; ++i) b[i] = hn::Mul(b[i], inverse[i]);
#pragma GCC unroll 8
    for (index_t i = size.n - 2; i >= 0; --i) {
#pragma GCC unroll 8
      for (index_t j = i + 1; j < size.n; ++j) b[i] = hn::NegMulAdd(l[below(j, i)], b[j], b[i]);
    }
  }
};

template <int kN>
HWY_INLINE M finite(const double* summary, Size<kN> size) {
  const index_t n = size.n;
  V sum = zero();
  for (index_t i = 0; i < n; ++i) {
    sum = hn::MulAdd(load(summary, packed_index(i, i)), zero(), sum);
    sum = hn::MulAdd(load(summary, packed_index(n, i)), zero(), sum);
  }
  sum = hn::MulAdd(load(summary, packed_index(n, n)), zero(), sum);
  return hn::Eq(sum, zero());
}

// Row i of a packed symmetric matrix times a vector.
template <class Entry>
HWY_INLINE V times(const Entry& entry, index_t i, const V* v, index_t n) {
  V sum = zero();
#pragma GCC unroll 8
  for (index_t j = 0; j < n; ++j)
    sum = hn::MulAdd(entry(j < i ? packed_index(i, j) : packed_index(j, i)), v[j], sum);
  return sum;
}

// vᵀAv for a packed symmetric matrix.
template <class Entry>
HWY_INLINE V quadratic(const Entry& entry, const V* v, index_t n) {
  V sum = zero();
#pragma GCC unroll 8
  for (index_t i = 0; i < n; ++i) {
    V product = hn::Mul(set(0.5), hn::Mul(entry(packed_index(i, i)), v[i]));
#pragma GCC unroll 8
    for (index_t j = 0; j < i; ++j) product = hn::MulAdd(entry(packed_index(i, j)), v[j], product);
    sum = hn::MulAdd(hn::Add(v[i], v[i]), product, sum);
  }
  return sum;
}

}  // namespace solver
}  // namespace nlsq::batch::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NLSQ_LANE_ALGEBRA_INL
