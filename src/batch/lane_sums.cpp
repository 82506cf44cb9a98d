// SPDX-License-Identifier: MIT
// Sums over rows, each lane on its own.
#include "batch/lanes.hpp"
#include "engine/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "batch/lane_sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nlsq::batch::HWY_NAMESPACE {
namespace sums {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

constexpr index_t lanes() { return static_cast<index_t>(hn::MaxLanes(D())); }

// Registers for sums: half the vector registers at least stay for columns.
#if HWY_TARGET == HWY_AVX3
constexpr int kMostUnrolled = 6;  // 21 sums
#else
constexpr int kMostUnrolled = 4;  // 10 sums
#endif

// All pairs at once: every column is read once a row.
template <int kColumns>
HWY_NOINLINE void gram_unrolled(const double* const* columns, index_t rows, double* to) {
  const D d;
  constexpr int kEntries = kColumns * (kColumns + 1) / 2;
  V sum[kEntries];
#pragma GCC unroll 32
  for (int e = 0; e < kEntries; ++e) sum[e] = hn::LoadU(d, to + e * lanes());
  const double* column[kColumns];
  for (int i = 0; i < kColumns; ++i) column[i] = columns[i];
  const index_t n = rows * lanes();
  for (index_t r = 0; r < n; r += lanes()) {
    V x[kColumns];
#pragma GCC unroll 8
    for (int i = 0; i < kColumns; ++i) x[i] = hn::LoadU(d, column[i] + r);
    int e = 0;
#pragma GCC unroll 8
    for (int i = 0; i < kColumns; ++i) {
#pragma GCC unroll 8
      for (int j = 0; j <= i; ++j, ++e) sum[e] = hn::MulAdd(x[i], x[j], sum[e]);
    }
  }
#pragma GCC unroll 32
  for (int e = 0; e < kEntries; ++e) hn::StoreU(sum[e], d, to + e * lanes());
}

// to[j] += Σ u·columns[j] for a few columns.
template <int kColumns>
HWY_NOINLINE void project_few(const double* const* columns, const double* u, index_t rows,
                              double* to) {
  const D d;
  V sum[kColumns];
  const double* column[kColumns];
#pragma GCC unroll 8
  for (int j = 0; j < kColumns; ++j) {
    sum[j] = hn::LoadU(d, to + j * lanes());
    column[j] = columns[j];
  }
  const index_t n = rows * lanes();
  for (index_t r = 0; r < n; r += lanes()) {
    const V v = hn::LoadU(d, u + r);
#pragma GCC unroll 8
    for (int j = 0; j < kColumns; ++j) sum[j] = hn::MulAdd(v, hn::LoadU(d, column[j] + r), sum[j]);
  }
#pragma GCC unroll 8
  for (int j = 0; j < kColumns; ++j) hn::StoreU(sum[j], d, to + j * lanes());
}

void project(const double* const* columns, index_t k, const double* u, index_t rows, double* to) {
  index_t j = 0;
  for (; k - j >= 6; j += 6) project_few<6>(columns + j, u, rows, to + j * lanes());
  columns += j, to += j * lanes();
  switch (k - j) {
    case 1: return project_few<1>(columns, u, rows, to);
    case 2: return project_few<2>(columns, u, rows, to);
    case 3: return project_few<3>(columns, u, rows, to);
    case 4: return project_few<4>(columns, u, rows, to);
    case 5: return project_few<5>(columns, u, rows, to);
    default: return;
  }
}

// Which way a sum was made must not depend on anything but q: each entry is one chain of
// multiply-adds in row order either way.
void gram(const double* const* columns, index_t q, index_t rows, double* to) {
  if (q <= kMostUnrolled) {
    switch (q) {
      case 1: return gram_unrolled<1>(columns, rows, to);
      case 2: return gram_unrolled<2>(columns, rows, to);
      case 3: return gram_unrolled<3>(columns, rows, to);
      case 4: return gram_unrolled<4>(columns, rows, to);
#if HWY_TARGET == HWY_AVX3
      case 5: return gram_unrolled<5>(columns, rows, to);
      case 6: return gram_unrolled<6>(columns, rows, to);
#endif
      default: return;
    }
  }
  for (index_t i = 0; i < q; ++i)
    project(columns, i + 1, columns[i], rows, to + packed_index(i, 0) * lanes());
}

void sum(const double* u, index_t rows, double* to) {
  const D d;
  V total = hn::LoadU(d, to);
  const index_t n = rows * lanes();
  for (index_t r = 0; r < n; r += lanes()) total = hn::Add(total, hn::LoadU(d, u + r));
  hn::StoreU(total, d, to);
}

void scale(const double* const* columns, index_t k, const double* s, index_t rows,
           double* const* out) {
  const D d;
  const index_t n = rows * lanes();
  for (index_t j = 0; j < k; ++j) {
    for (index_t r = 0; r < n; r += lanes())
      hn::StoreU(hn::Mul(hn::LoadU(d, columns[j] + r), hn::LoadU(d, s + r)), d, out[j] + r);
  }
}

void add(LaneKernels& kernels) {
  kernels.lanes = lanes();
  kernels.gram = gram;
  kernels.project = project;
  kernels.sum = sum;
  kernels.scale = scale;
}

}  // namespace sums
}  // namespace nlsq::batch::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "engine/interpreter/dispatch.hpp"
namespace nlsq::batch {
using engine::Isa;
void add_sums(Isa isa, LaneKernels& kernels) { NLSQ_DISPATCH(isa, sums::add(kernels)) }
}  // namespace nlsq::batch
#endif
