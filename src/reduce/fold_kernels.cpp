// SPDX-License-Identifier: MIT
// The Gram fold is tiled so that a tile's accumulators stay in vector registers: up to 6 columns in one triangle with
// 32 registers, else tiles of 4×4 (3×3 with 16 registers). One pass over the block a tile, all operands in cache.
#include "engine/targets.hpp"
#include "reduce/fold_kernels.hpp"

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

// Columns i0 … i0+A−1 with themselves.
template <int A>
HWY_NOINLINE void triangle(const double* const* columns, int i0, index_t n, double* acc) {
  const D d;
  const index_t step = lanes();
  V sums[A * (A + 1) / 2];
  const double* p[A];
  for (int i = 0; i < A; ++i) {
    p[i] = columns[i0 + i];
    for (int j = 0; j <= i; ++j) {
      sums[packed_index(i, j)] = hn::LoadU(d, acc + packed_index(i0 + i, i0 + j) * step);
    }
  }
  const auto add = [&](const V* x) HWY_ATTR {
    for (int i = 0; i < A; ++i) {
      for (int j = 0; j <= i; ++j) sums[packed_index(i, j)] = hn::MulAdd(x[i], x[j], sums[packed_index(i, j)]);
    }
  };
  index_t r = 0;
  V x[A];
  for (; r + step <= n; r += step) {
    for (int i = 0; i < A; ++i) x[i] = hn::LoadU(d, p[i] + r);
    add(x);
  }
  if (r < n) {
    for (int i = 0; i < A; ++i) x[i] = load_first(p[i] + r, n - r);
    add(x);
  }
  for (int i = 0; i < A; ++i) {
    for (int j = 0; j <= i; ++j) {
      hn::StoreU(sums[packed_index(i, j)], d, acc + packed_index(i0 + i, i0 + j) * step);
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
  for (int j = 0; j < B; ++j) q[j] = columns[j0 + j];
  for (int i = 0; i < A; ++i) {
    p[i] = columns[i0 + i];
    for (int j = 0; j < B; ++j) sums[i][j] = hn::LoadU(d, acc + packed_index(i0 + i, j0 + j) * step);
  }
  const auto add = [&](const V* x, const V* y) HWY_ATTR {
    for (int i = 0; i < A; ++i) {
      for (int j = 0; j < B; ++j) sums[i][j] = hn::MulAdd(x[i], y[j], sums[i][j]);
    }
  };
  V x[A], y[B];
  index_t r = 0;
  for (; r + step <= n; r += step) {
    for (int i = 0; i < A; ++i) x[i] = hn::LoadU(d, p[i] + r);
    for (int j = 0; j < B; ++j) y[j] = hn::LoadU(d, q[j] + r);
    add(x, y);
  }
  if (r < n) {
    for (int i = 0; i < A; ++i) x[i] = load_first(p[i] + r, n - r);
    for (int j = 0; j < B; ++j) y[j] = load_first(q[j] + r, n - r);
    add(x, y);
  }
  for (int i = 0; i < A; ++i) {
    for (int j = 0; j < B; ++j) hn::StoreU(sums[i][j], d, acc + packed_index(i0 + i, j0 + j) * step);
  }
}

void run_triangle(const double* const* columns, int i0, int size, index_t n, double* acc) {
  switch (size) {
    case 1: return triangle<1>(columns, i0, n, acc);
    case 2: return triangle<2>(columns, i0, n, acc);
    case 3: return triangle<3>(columns, i0, n, acc);
    case 4: return triangle<4>(columns, i0, n, acc);
    case 5: return triangle<(kManyRegisters ? 5 : 1)>(columns, i0, n, acc);
    case 6: return triangle<(kManyRegisters ? 6 : 1)>(columns, i0, n, acc);
    default: return;
  }
}

template <int A>
void run_rectangle_of(const double* const* columns, int i0, int j0, int width, index_t n, double* acc) {
  switch (width) {
    case 1: return rectangle<A, 1>(columns, i0, j0, n, acc);
    case 2: return rectangle<A, 2>(columns, i0, j0, n, acc);
    case 3: return rectangle<A, 3>(columns, i0, j0, n, acc);
    case 4: return rectangle<A, (kManyRegisters ? 4 : 1)>(columns, i0, j0, n, acc);
    default: return;
  }
}

void run_rectangle(const double* const* columns, int i0, int height, int j0, int width, index_t n, double* acc) {
  switch (height) {
    case 1: return run_rectangle_of<1>(columns, i0, j0, width, n, acc);
    case 2: return run_rectangle_of<2>(columns, i0, j0, width, n, acc);
    case 3: return run_rectangle_of<3>(columns, i0, j0, width, n, acc);
    case 4: return run_rectangle_of<(kManyRegisters ? 4 : 1)>(columns, i0, j0, width, n, acc);
    default: return;
  }
}

void gram(const double* const* columns, int q, index_t n, double* acc) {
  if (q <= kLargestTriangle) return run_triangle(columns, 0, q, n, acc);
  for (int i0 = 0; i0 < q; i0 += kTile) {
    const int height = HWY_MIN(kTile, q - i0);
    for (int j0 = 0; j0 < i0; j0 += kTile) run_rectangle(columns, i0, height, j0, kTile, n, acc);
    run_triangle(columns, i0, height, n, acc);
  }
}

void project(const double* const* columns, int k, const double* u, index_t n, double* acc) {
  const D d;
  const index_t step = lanes();
  for (int j = 0; j < k; ++j) {
    V sum = hn::LoadU(d, acc + j * step);
    index_t r = 0;
    for (; r + step <= n; r += step) sum = hn::MulAdd(hn::LoadU(d, columns[j] + r), hn::LoadU(d, u + r), sum);
    if (r < n) sum = hn::MulAdd(load_first(columns[j] + r, n - r), load_first(u + r, n - r), sum);
    hn::StoreU(sum, d, acc + j * step);
  }
}

void sum(const double* x, index_t n, double* acc) {
  const D d;
  const index_t step = lanes();
  V total = hn::LoadU(d, acc);
  index_t r = 0;
  for (; r + step <= n; r += step) total = hn::Add(total, hn::LoadU(d, x + r));
  if (r < n) total = hn::Add(total, load_first(x + r, n - r));
  hn::StoreU(total, d, acc);
}

void combine(const double* const* columns, int k, const double* m, int count, index_t n, double* const* out) {
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
  kernels = {static_cast<int>(lanes()), gram, project, sum, combine, scale};
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
