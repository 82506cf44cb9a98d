// SPDX-License-Identifier: MIT
// Tiles as in fold_kernels.cpp: up to 6 columns in one triangle with 32 registers, else tiles of
// 4×4 (3×3 with 16 registers).
#include "reduce/float32_kernels.hpp"

#include "engine/targets.hpp"
#include "reduce/fold_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "reduce/float32_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nlsq::reduce::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr bool kManyRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON;
constexpr int kTile = kManyRegisters ? 4 : 3;
constexpr int kLargestTriangle = kManyRegisters ? 6 : 4;

HWY_INLINE index_t lanes() { return static_cast<index_t>(hn::Lanes(D())); }

// Rows beyond `count` become 0 whatever they hold.
HWY_INLINE V load(const float* p, index_t count) {
  const D d;
  if (count >= lanes()) return hn::LoadU(d, p);
  return hn::IfThenElseZero(hn::FirstN(d, static_cast<size_t>(count)), hn::LoadU(d, p));
}

HWY_INLINE float* entry(float* acc, index_t i, index_t j) {
  return acc + packed_index(i, j) * lanes();
}

// Columns i0 … i0+A−1 with themselves.
template <int A>
HWY_NOINLINE void triangle(const float* const* columns, int i0, index_t n, float* acc) {
  const D d;
  const index_t step = lanes();
  V sums[A * (A + 1) / 2];
  const float* p[A];
#pragma GCC unroll 8
  for (int i = 0; i < A; ++i) {
    p[i] = columns[i0 + i];
#pragma GCC unroll 8
    for (int j = 0; j <= i; ++j)
      sums[i * (i + 1) / 2 + j] = hn::LoadU(d, entry(acc, i0 + i, i0 + j));
  }
  const auto add = [&](index_t r, index_t count) HWY_ATTR {
    V x[A];
#pragma GCC unroll 8
    for (int i = 0; i < A; ++i) x[i] = load(p[i] + r, count);
#pragma GCC unroll 8
    for (int i = 0; i < A; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j <= i; ++j) {
        V& sum = sums[i * (i + 1) / 2 + j];
        sum = hn::MulAdd(x[i], x[j], sum);
      }
    }
  };
  index_t r = 0;
  for (; r + step <= n; r += step) add(r, step);
  if (r < n) add(r, n - r);
#pragma GCC unroll 8
  for (int i = 0; i < A; ++i) {
#pragma GCC unroll 8
    for (int j = 0; j <= i; ++j)
      hn::StoreU(sums[i * (i + 1) / 2 + j], d, entry(acc, i0 + i, i0 + j));
  }
}

// Columns i0 … i0+A−1 with columns j0 … j0+kTile−1, left of them.
template <int A>
HWY_NOINLINE void rectangle(const float* const* columns, int i0, int j0, index_t n, float* acc) {
  const D d;
  const index_t step = lanes();
  V sums[A][kTile];
  const float *p[A], *q[kTile];
#pragma GCC unroll 4
  for (int j = 0; j < kTile; ++j) q[j] = columns[j0 + j];
#pragma GCC unroll 4
  for (int i = 0; i < A; ++i) {
    p[i] = columns[i0 + i];
#pragma GCC unroll 4
    for (int j = 0; j < kTile; ++j) sums[i][j] = hn::LoadU(d, entry(acc, i0 + i, j0 + j));
  }
  const auto add = [&](index_t r, index_t count) HWY_ATTR {
    V x[A], y[kTile];
#pragma GCC unroll 4
    for (int i = 0; i < A; ++i) x[i] = load(p[i] + r, count);
#pragma GCC unroll 4
    for (int j = 0; j < kTile; ++j) y[j] = load(q[j] + r, count);
#pragma GCC unroll 4
    for (int i = 0; i < A; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j < kTile; ++j) sums[i][j] = hn::MulAdd(x[i], y[j], sums[i][j]);
    }
  };
  index_t r = 0;
  for (; r + step <= n; r += step) add(r, step);
  if (r < n) add(r, n - r);
#pragma GCC unroll 4
  for (int i = 0; i < A; ++i) {
#pragma GCC unroll 4
    for (int j = 0; j < kTile; ++j) hn::StoreU(sums[i][j], d, entry(acc, i0 + i, j0 + j));
  }
}

void run_triangle(const float* const* columns, int i0, int size, index_t n, float* acc) {
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

void run_rectangle(const float* const* columns, int i0, int height, int j0, index_t n, float* acc) {
  switch (height) {
    case 1: return rectangle<1>(columns, i0, j0, n, acc);
    case 2: return rectangle<2>(columns, i0, j0, n, acc);
    case 3: return rectangle<3>(columns, i0, j0, n, acc);
    case 4: return rectangle<(kManyRegisters ? 4 : 1)>(columns, i0, j0, n, acc);
    default: return;
  }
}

void gram(const float* const* columns, int q, index_t n, float* acc) {
  if (q <= kLargestTriangle) return run_triangle(columns, 0, q, n, acc);
  for (int i0 = 0; i0 < q; i0 += kTile) {
    const int height = HWY_MIN(kTile, q - i0);
    for (int j0 = 0; j0 < i0; j0 += kTile) run_rectangle(columns, i0, height, j0, n, acc);
    run_triangle(columns, i0, height, n, acc);
  }
}

void narrow(const double* from, index_t n, float* to) {
  const hn::ScalableTag<double> wide;
  const hn::Rebind<float, decltype(wide)> d;
  const index_t step = static_cast<index_t>(hn::Lanes(wide));
  index_t i = 0;
  for (; i + step <= n; i += step)
    hn::StoreU(hn::DemoteTo(d, hn::LoadU(wide, from + i)), d, to + i);
  for (; i < n; ++i) to[i] = static_cast<float>(from[i]);
}

}  // namespace

void fill(Float32Kernels& kernels) { kernels = {static_cast<int>(lanes()), gram, narrow}; }

}  // namespace nlsq::reduce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <array>

#include "engine/interpreter/dispatch.hpp"
namespace nlsq::reduce {

using engine::Isa;

const Float32Kernels& float32_kernels(Isa wanted) {
  static const std::array<Float32Kernels, 5> all = [] {
    std::array<Float32Kernels, 5> made{};
    for (const Isa isa : {Isa::portable, Isa::sse4, Isa::avx2, Isa::avx512, Isa::neon}) {
      Float32Kernels& kernels = made[static_cast<std::size_t>(isa)];
      NLSQ_DISPATCH(isa, fill(kernels))
    }
    return made;
  }();
  return all[static_cast<std::size_t>(wanted)];
}

}  // namespace nlsq::reduce
#endif
