// SPDX-License-Identifier: MIT
// The Gram matrix of columns over a block of rows, for values of type NLSQ_REAL. Tiled so that a
// tile's accumulators stay in vector registers: up to 6 columns in one triangle with 32 registers,
// else tiles of 4×4 (3×3 with 16 registers). One pass over the block a tile, all operands in cache.
// In an unnamed namespace; read once for each instruction set.
#if defined(NLSQ_GRAM_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NLSQ_GRAM_INL
#undef NLSQ_GRAM_INL
#else
#define NLSQ_GRAM_INL
#endif

#include <hwy/highway.h>

#include "reduce/fold_kernels.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlsq::reduce::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Real = NLSQ_REAL;
using D = hn::ScalableTag<Real>;
using V = hn::Vec<D>;

constexpr bool kManyRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON;
constexpr int kTile = kManyRegisters ? 4 : 3;
constexpr int kLargestTriangle = kManyRegisters ? 6 : 4;

HWY_INLINE index_t lanes() { return static_cast<index_t>(hn::Lanes(D())); }

// The last vector of a block: rows beyond the end become 0 whatever they hold.
HWY_INLINE V load_first(const Real* p, index_t count) {
  const D d;
  return hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(count)), hn::LoadU(d, p));
}

// Room for two vectors an entry, where two are no more than the 16 rows that blocks are multiples
// of. Small triangles use both, even vectors of rows going to the first and odd ones to the second,
// so that enough additions are under way to hide their latency; larger tiles have enough with the
// first.
constexpr int kRoom = 2 * hn::MaxLanes(D()) <= 16 ? 2 : 1;

HWY_INLINE Real* entry(Real* acc, index_t i, index_t j) {
  return acc + packed_index(i, j) * kRoom * lanes();
}

// The last column of a triangle, a vector of rows at a time: one that is there, or what the last
// instruction of a program makes of its operands, as its kernel would.
struct Column {
  const Real* values;
  HWY_INLINE V at(index_t r) const { return hn::LoadU(D(), values + r); }
};

// The columns that a triangle reads, in the order of the Gram matrix.
struct InOrder {
  static constexpr bool kOne = false;
  static HWY_INLINE int place(int i) { return i; }
};

// The same when column `one` is 1 in all rows: it comes first and is never read, since x·1 + s has
// the bits of x + s.
struct OneFirst {
  static constexpr bool kOne = true;
  int one;
  HWY_INLINE int place(int i) const { return i == 0 ? one : i - (i <= one ? 1 : 0); }
};

// Columns i0 … i0+A−1 with themselves; `last` is the last of them.
template <int A, int kHalves, class Order, class Last>
HWY_INLINE void triangle(const Real* const* columns, int i0, Order order, Last last, index_t n,
                         Real* acc) {
  const D d;
  const index_t step = lanes();
  constexpr int kFirstRead = Order::kOne ? 1 : 0;
  const auto sum_at = [=](int i, int j, int h) HWY_ATTR {
    const int a = order.place(i), b = order.place(j);
    return entry(acc, i0 + HWY_MAX(a, b), i0 + HWY_MIN(a, b)) + h * step;
  };
  V sums[kHalves][A * (A + 1) / 2];
  const Real* p[A];
#pragma GCC unroll 8
  for (int i = 0; i < A; ++i) {
    if (i < A - 1) p[i] = columns[i0 + order.place(i)];
#pragma GCC unroll 8
    for (int j = 0; j <= i; ++j) {
#pragma GCC unroll 2
      for (int h = 0; h < kHalves; ++h) {
        sums[h][i * (i + 1) / 2 + j] = hn::LoadU(d, sum_at(i, j, h));
      }
    }
  }
  const V one = hn::Set(d, Real{1});
  index_t r = 0;
  for (; r + kHalves * step <= n; r += kHalves * step) {
#pragma GCC unroll 2
    for (int h = 0; h < kHalves; ++h) {
      V x[A];
      x[0] = one;
#pragma GCC unroll 8
      for (int i = kFirstRead; i < A - 1; ++i) x[i] = hn::LoadU(d, p[i] + r + h * step);
      x[A - 1] = last.at(r + h * step);
#pragma GCC unroll 8
      for (int i = 0; i < A; ++i) {
#pragma GCC unroll 8
        for (int j = 0; j <= i; ++j) {
          V& sum = sums[h][i * (i + 1) / 2 + j];
          sum = j < kFirstRead ? hn::Add(x[i], sum) : hn::MulAdd(x[i], x[j], sum);
        }
      }
    }
  }
#pragma GCC unroll 2
  for (int h = 0; h < kHalves; ++h) {
    const index_t at = r + h * step;
    if (at < n) {
      const index_t count = HWY_MIN(step, n - at);
      const auto rows = hn::FirstN(d, static_cast<size_t>(count));
      V x[A];
      x[0] = hn::IfThenElseZero(rows, one);
#pragma GCC unroll 8
      for (int i = kFirstRead; i < A - 1; ++i) x[i] = load_first(p[i] + at, count);
      x[A - 1] = hn::IfThenElseZero(rows, last.at(at));
#pragma GCC unroll 8
      for (int i = 0; i < A; ++i) {
#pragma GCC unroll 8
        for (int j = 0; j <= i; ++j) {
          V& sum = sums[h][i * (i + 1) / 2 + j];
          sum = hn::MulAdd(x[i], x[j], sum);
        }
      }
    }
#pragma GCC unroll 8
    for (int i = 0; i < A; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j <= i; ++j) {
        hn::StoreU(sums[h][i * (i + 1) / 2 + j], d, sum_at(i, j, h));
      }
    }
  }
}

// Columns i0 … i0+A−1 with columns j0 … j0+B−1, j0+B ≤ i0.
template <int A, int B>
HWY_NOINLINE void rectangle(const Real* const* columns, int i0, int j0, index_t n, Real* acc) {
  const D d;
  const index_t step = lanes();
  V sums[A][B];
  const Real* p[A];
  const Real* q[B];
#pragma GCC unroll 4
  for (int j = 0; j < B; ++j) q[j] = columns[j0 + j];
#pragma GCC unroll 4
  for (int i = 0; i < A; ++i) {
    p[i] = columns[i0 + i];
#pragma GCC unroll 4
    for (int j = 0; j < B; ++j) sums[i][j] = hn::LoadU(d, entry(acc, i0 + i, j0 + j));
  }
  index_t r = 0;
  for (; r + step <= n; r += step) {
    V x[A], y[B];
#pragma GCC unroll 4
    for (int i = 0; i < A; ++i) x[i] = hn::LoadU(d, p[i] + r);
#pragma GCC unroll 4
    for (int j = 0; j < B; ++j) y[j] = hn::LoadU(d, q[j] + r);
#pragma GCC unroll 4
    for (int i = 0; i < A; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j < B; ++j) sums[i][j] = hn::MulAdd(x[i], y[j], sums[i][j]);
    }
  }
  if (r < n) {
    V x[A], y[B];
#pragma GCC unroll 4
    for (int i = 0; i < A; ++i) x[i] = load_first(p[i] + r, n - r);
#pragma GCC unroll 4
    for (int j = 0; j < B; ++j) y[j] = load_first(q[j] + r, n - r);
#pragma GCC unroll 4
    for (int i = 0; i < A; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j < B; ++j) sums[i][j] = hn::MulAdd(x[i], y[j], sums[i][j]);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < A; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < B; ++j) hn::StoreU(sums[i][j], d, entry(acc, i0 + i, j0 + j));
  }
}

// Halves that a triangle of A columns uses.
template <int A>
constexpr int halves = A <= (kManyRegisters ? 4 : 2) ? kRoom : 1;

template <int A, int kHalves = halves<A>>
HWY_NOINLINE void run_triangle_of(const Real* const* columns, int i0, index_t n, Real* acc) {
  triangle<A, kHalves>(columns, i0, InOrder{}, Column{columns[i0 + A - 1]}, n, acc);
}

void run_triangle(const Real* const* columns, int i0, int size, index_t n, Real* acc) {
  switch (size) {
    case 1: return run_triangle_of<1>(columns, i0, n, acc);
    case 2: return run_triangle_of<2>(columns, i0, n, acc);
    case 3: return run_triangle_of<3>(columns, i0, n, acc);
    case 4: return run_triangle_of<4>(columns, i0, n, acc);
    case 5: return run_triangle_of<(kManyRegisters ? 5 : 1)>(columns, i0, n, acc);
    case 6: return run_triangle_of<(kManyRegisters ? 6 : 1)>(columns, i0, n, acc);
    default: return;
  }
}

// The left tile is always whole; only the last row of tiles may be lower.
void run_rectangle(const Real* const* columns, int i0, int height, int j0, index_t n, Real* acc) {
  switch (height) {
    case 1: return rectangle<1, kTile>(columns, i0, j0, n, acc);
    case 2: return rectangle<2, kTile>(columns, i0, j0, n, acc);
    case 3: return rectangle<3, kTile>(columns, i0, j0, n, acc);
    case 4: return rectangle<(kManyRegisters ? 4 : 1), kTile>(columns, i0, j0, n, acc);
    default: return;
  }
}

void gram(const Real* const* columns, int q, index_t n, Real* acc) {
  if (q <= kLargestTriangle) return run_triangle(columns, 0, q, n, acc);
  for (int i0 = 0; i0 < q; i0 += kTile) {
    const int height = HWY_MIN(kTile, q - i0);
    for (int j0 = 0; j0 < i0; j0 += kTile) run_rectangle(columns, i0, height, j0, n, acc);
    // Ten sums are enough under way, and half of them to load and store for each block.
    if (height == 4) {
      run_triangle_of<(kManyRegisters ? 4 : 1), 1>(columns, i0, n, acc);
    } else {
      run_triangle(columns, i0, height, n, acc);
    }
  }
}

}  // namespace
}  // namespace nlsq::reduce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NLSQ_GRAM_INL
