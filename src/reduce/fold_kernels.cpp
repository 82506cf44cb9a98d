// SPDX-License-Identifier: MIT
// The Gram fold is tiled so that a tile's accumulators stay in vector registers: up to 6 columns in
// one triangle with 32 registers, else tiles of 4×4 (3×3 with 16 registers). One pass over the
// block a tile, all operands in cache.
#include "reduce/fold_kernels.hpp"
#include "engine/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "reduce/fold_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nlsq::reduce::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

constexpr bool kManyRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON;
constexpr int kTile = kManyRegisters ? 4 : 3;
constexpr int kLargestTriangle = kManyRegisters ? 6 : 4;

HWY_INLINE index_t lanes() { return static_cast<index_t>(hn::Lanes(D())); }

// The last vector of a block: rows beyond the end become 0 whatever they hold.
HWY_INLINE V load_first(const double* p, index_t count) {
  const D d;
  return hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(count)), hn::LoadU(d, p));
}

// Room for two vectors an entry. Small triangles use both, even vectors of rows going to the first
// and odd ones to the second, so that enough additions are under way to hide their latency; larger
// tiles have enough with the first.
HWY_INLINE double* entry(double* acc, index_t i, index_t j) {
  return acc + packed_index(i, j) * 2 * lanes();
}

// The last column of a triangle, a vector of rows at a time: one that is there, or what the last
// instruction of a program makes of its operands, as its kernel would.
struct Column {
  const double* values;
  HWY_INLINE V at(index_t r) const { return hn::LoadU(D(), values + r); }
};

// a·b + c − e, b and c the same for all rows.
struct FmaSub {
  explicit HWY_INLINE FmaSub(const engine::Call& call)
      : a(call.a), e(call.e), b(hn::LoadU(D(), call.b)), c(hn::LoadU(D(), call.c)) {}
  HWY_INLINE V at(index_t r) const {
    return hn::Sub(hn::MulAdd(hn::LoadU(D(), a + r), b, c), hn::LoadU(D(), e + r));
  }
  const double *a, *e;
  V b, c;
};

// a·b − c, b the same for all rows.
struct Fms {
  explicit HWY_INLINE Fms(const engine::Call& call)
      : a(call.a), c(call.c), b(hn::LoadU(D(), call.b)) {}
  HWY_INLINE V at(index_t r) const {
    return hn::MulSub(hn::LoadU(D(), a + r), b, hn::LoadU(D(), c + r));
  }
  const double *a, *c;
  V b;
};

struct Sub {
  explicit HWY_INLINE Sub(const engine::Call& call) : a(call.a), b(call.b) {}
  HWY_INLINE V at(index_t r) const { return hn::Sub(hn::LoadU(D(), a + r), hn::LoadU(D(), b + r)); }
  const double *a, *b;
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
HWY_INLINE void triangle(const double* const* columns, int i0, Order order, Last last, index_t n,
                         double* acc) {
  const D d;
  const index_t step = lanes();
  constexpr int kFirstRead = Order::kOne ? 1 : 0;
  const auto sum_at = [=](int i, int j, int h) HWY_ATTR {
    const int a = order.place(i), b = order.place(j);
    return entry(acc, i0 + HWY_MAX(a, b), i0 + HWY_MIN(a, b)) + h * step;
  };
  V sums[kHalves][A * (A + 1) / 2];
  const double* p[A];
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
  const V one = hn::Set(d, 1.0);
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
HWY_NOINLINE void rectangle(const double* const* columns, int i0, int j0, index_t n, double* acc) {
  const D d;
  const index_t step = lanes();
  V sums[A][B];
  const double* p[A];
  const double* q[B];
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
constexpr int halves = A <= (kManyRegisters ? 4 : 2) ? 2 : 1;

template <int A, int kHalves = halves<A>>
HWY_NOINLINE void run_triangle_of(const double* const* columns, int i0, index_t n, double* acc) {
  triangle<A, kHalves>(columns, i0, InOrder{}, Column{columns[i0 + A - 1]}, n, acc);
}

void run_triangle(const double* const* columns, int i0, int size, index_t n, double* acc) {
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
void run_rectangle(const double* const* columns, int i0, int height, int j0, index_t n,
                   double* acc) {
  switch (height) {
    case 1: return rectangle<1, kTile>(columns, i0, j0, n, acc);
    case 2: return rectangle<2, kTile>(columns, i0, j0, n, acc);
    case 3: return rectangle<3, kTile>(columns, i0, j0, n, acc);
    case 4: return rectangle<(kManyRegisters ? 4 : 1), kTile>(columns, i0, j0, n, acc);
    default: return;
  }
}

void gram(const double* const* columns, int q, index_t n, double* acc) {
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

template <int A, class Last>
HWY_NOINLINE void triangle_with(const engine::Call& last, const double* const* columns, index_t n,
                                double* acc) {
  triangle<A, halves<A>>(columns, 0, InOrder{}, Last(last), n, acc);
}

template <int A, class Last>
HWY_NOINLINE void triangle_with_one(const engine::Call& last, const double* const* columns,
                                    index_t n, double* acc) {
  int one = 0;
  while (columns[one] != nullptr) ++one;
  triangle<A, halves<A>>(columns, 0, OneFirst{one}, Last(last), n, acc);
}

template <class Last>
FoldKernels::GramWithLast find_triangle_with(int q, bool with_one) {
  switch (q) {
    case 2: return with_one ? triangle_with_one<2, Last> : triangle_with<2, Last>;
    case 3: return with_one ? triangle_with_one<3, Last> : triangle_with<3, Last>;
    case 4: return with_one ? triangle_with_one<4, Last> : triangle_with<4, Last>;
    default: return nullptr;
  }
}

FoldKernels::GramWithLast gram_with_last(const program::Instruction& last, int q, bool with_one) {
  using program::Code;
  const auto is_scalar = [](const program::Operand& operand) {
    return operand.kind == program::Operand::Kind::scalar;
  };
  const bool a = is_scalar(last.a), b = is_scalar(last.b), c = is_scalar(last.c);
  if (last.code == Code::fma_sub && b && c) return find_triangle_with<FmaSub>(q, with_one);
  if (last.code == Code::fms && b && !c) return find_triangle_with<Fms>(q, with_one);
  if (last.code == Code::sub && !a && !b) return find_triangle_with<Sub>(q, with_one);
  return nullptr;
}

// Σ f(vector) over all rows, two vectors at a time.
template <class F>
HWY_INLINE void accumulate(index_t n, double* acc, const F& add) {
  const D d;
  const index_t step = lanes();
  V even = hn::LoadU(d, acc), odd = hn::LoadU(d, acc + step);
  index_t r = 0;
  for (; r + 2 * step <= n; r += 2 * step) {
    even = add(r, step, even);
    odd = add(r + step, step, odd);
  }
  if (r < n) even = add(r, HWY_MIN(step, n - r), even);
  if (r + step < n) odd = add(r + step, n - r - step, odd);
  hn::StoreU(even, d, acc);
  hn::StoreU(odd, d, acc + step);
}

HWY_INLINE V load_some(const double* p, index_t count) {
  return count == lanes() ? hn::LoadU(D(), p) : load_first(p, count);
}

void project(const double* const* columns, int k, const double* u, index_t n, double* acc) {
  for (int j = 0; j < k; ++j) {
    const double* x = columns[j];
    accumulate(n, acc + j * 2 * lanes(), [x, u](index_t r, index_t count, V sum) HWY_ATTR {
      return hn::MulAdd(load_some(x + r, count), load_some(u + r, count), sum);
    });
  }
}

void sum(const double* x, index_t n, double* acc) {
  accumulate(n, acc, [x](index_t r, index_t count, V total) HWY_ATTR {
    return hn::Add(total, load_some(x + r, count));
  });
}

void combine(const double* const* columns, int k, const double* m, int count, index_t n,
             double* const* out) {
  const D d;
  const index_t step = lanes();
  for (int j = 0; j < count; ++j) {
    const double* coefficient = m + j * k;
    int first = 0, last = k;
    while (first < k && coefficient[first] == 0.0) ++first;
    while (last > first && coefficient[last - 1] == 0.0) --last;
    index_t r = 0;
    for (; r + 4 * step <= n; r += 4 * step) {
      V s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
      for (int i = first; i < last; ++i) {
        const V c = hn::Set(d, coefficient[i]);
        const double* x = columns[i] + r;
        s0 = hn::MulAdd(c, hn::LoadU(d, x), s0);
        s1 = hn::MulAdd(c, hn::LoadU(d, x + step), s1);
        s2 = hn::MulAdd(c, hn::LoadU(d, x + 2 * step), s2);
        s3 = hn::MulAdd(c, hn::LoadU(d, x + 3 * step), s3);
      }
      hn::StoreU(s0, d, out[j] + r);
      hn::StoreU(s1, d, out[j] + r + step);
      hn::StoreU(s2, d, out[j] + r + 2 * step);
      hn::StoreU(s3, d, out[j] + r + 3 * step);
    }
    for (; r < n; r += step) {
      V s = hn::Zero(d);
      for (int i = first; i < last; ++i) {
        s = hn::MulAdd(hn::Set(d, coefficient[i]), hn::LoadU(d, columns[i] + r), s);
      }
      hn::StoreU(s, d, out[j] + r);
    }
  }
}

void scale(const double* const* columns, int k, const double* s, index_t n, double* const* out) {
  const D d;
  const index_t step = lanes();
  for (int j = 0; j < k; ++j) {
    for (index_t r = 0; r < n; r += step) {
      hn::StoreU(hn::Mul(hn::LoadU(d, columns[j] + r), hn::LoadU(d, s + r)), d, out[j] + r);
    }
  }
}

}  // namespace

void fill(FoldKernels& kernels) {
  kernels = {static_cast<int>(2 * lanes()), gram, gram_with_last, project, sum, combine, scale};
}

}  // namespace nlsq::reduce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <array>

#include "engine/interpreter/dispatch.hpp"
namespace nlsq::reduce {

using engine::Isa;

const FoldKernels& fold_kernels(Isa wanted) {
  static const std::array<FoldKernels, 5> all = [] {
    std::array<FoldKernels, 5> made{};
    for (const Isa isa : {Isa::portable, Isa::sse4, Isa::avx2, Isa::avx512, Isa::neon}) {
      FoldKernels& kernels = made[static_cast<std::size_t>(isa)];
      NLSQ_DISPATCH(isa, fill(kernels))
    }
    return made;
  }();
  return all[static_cast<std::size_t>(wanted)];
}

}  // namespace nlsq::reduce
#endif
