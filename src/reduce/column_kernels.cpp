// SPDX-License-Identifier: MIT
#include "reduce/column_kernels.hpp"

#include <algorithm>
#include <cstring>

#include "base/hash.hpp"
#include "engine/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "reduce/column_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nlsq::reduce::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;

constexpr index_t kSums = 32;

double pairwise(const double* sums) {
  double level[kSums];
  for (index_t i = 0; i < kSums; ++i) level[i] = sums[i];
  for (index_t half = kSums / 2; half > 0; half /= 2) {
    for (index_t i = 0; i < half; ++i) level[i] += level[i + half];
  }
  return level[0];
}

ShiftedSums shifted_sums(const double* y, index_t n, double y0) {
  const D d;
  constexpr index_t kLanes = HWY_MAX_BYTES / sizeof(double);
  constexpr index_t kVectors = kSums / kLanes;
  HWY_ALIGN double sum[kSums] = {};
  HWY_ALIGN double square[kSums] = {};
  const auto shift = hn::Set(d, y0);
  hn::Vec<D> s[kVectors], q[kVectors];
  for (index_t v = 0; v < kVectors; ++v) s[v] = q[v] = hn::Zero(d);
  index_t i = 0;
  for (; i + kSums <= n; i += kSums) {
#pragma GCC unroll 32
    for (index_t v = 0; v < kVectors; ++v) {
      const auto x = hn::Sub(hn::LoadU(d, y + i + v * kLanes), shift);
      s[v] = hn::Add(s[v], x);
      q[v] = hn::Add(q[v], hn::Mul(x, x));
    }
  }
  for (index_t v = 0; v < kVectors; ++v) {
    hn::Store(s[v], d, sum + v * kLanes);
    hn::Store(q[v], d, square + v * kLanes);
  }
  for (index_t k = 0; i < n; ++i, ++k) {
    const double x = y[i] - y0;
    sum[k] += x;
    square[k] += x * x;
  }
  return {pairwise(sum), pairwise(square)};
}

// A value times zero is zero unless it is not finite.
bool all_finite(const double* y, index_t n) {
  const D d;
  const auto lanes = static_cast<index_t>(hn::Lanes(d));
  const auto zero = hn::Zero(d);
  auto a = zero, b = zero, c = zero, e = zero;
  index_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    a = hn::MulAdd(hn::LoadU(d, y + i), zero, a);
    b = hn::MulAdd(hn::LoadU(d, y + i + lanes), zero, b);
    c = hn::MulAdd(hn::LoadU(d, y + i + 2 * lanes), zero, c);
    e = hn::MulAdd(hn::LoadU(d, y + i + 3 * lanes), zero, e);
  }
  const auto all = hn::Add(hn::Add(a, b), hn::Add(c, e));
  double rest = 0.0;
  for (; i < n; ++i) rest += 0.0 * y[i];
  return rest == 0.0 && hn::AllTrue(d, hn::Eq(all, zero));
}

NeighbourSums neighbours(const double* r, const double* x, index_t n) {
  constexpr index_t kEight = 8, kAhead = 4;
  const hn::CappedTag<double, kEight> d;
  const auto lanes = static_cast<index_t>(hn::Lanes(d));
  HWY_ALIGN double one[kEight] = {}, one_squares[kEight] = {}, four[kEight] = {},
                   four_squares[kEight] = {}, skipped[kEight] = {}, energy[kEight] = {};
  bool rises = true, falls = true;
  index_t whole = 0;
  while (whole + kEight + kAhead <= n) whole += kEight;
  for (index_t part = 0; part < kEight && whole > 0; part += lanes) {
    auto s1 = hn::Zero(d), q1 = s1, s4 = s1, q4 = s1, s2 = s1, e = s1;
    auto least = hn::Set(d, 1.0), most = hn::Set(d, -1.0);
    for (index_t i = part; i < whole; i += kEight) {
      const auto here = hn::LoadU(d, r + i), next = hn::LoadU(d, r + i + 1),
                 second = hn::LoadU(d, r + i + 2);
      const auto more =
          hn::Add(hn::Add(next, second), hn::Add(hn::LoadU(d, r + i + 3), hn::LoadU(d, r + i + 4)));
      const auto by_one = hn::Mul(here, next), by_four = hn::Mul(here, more);
      s1 = hn::Add(s1, by_one);
      q1 = hn::Add(q1, hn::Mul(by_one, by_one));
      s4 = hn::Add(s4, by_four);
      q4 = hn::Add(q4, hn::Mul(by_four, by_four));
      s2 = hn::Add(s2, hn::Mul(here, second));
      e = hn::Add(e, hn::Mul(here, here));
      const auto apart = hn::Sub(hn::LoadU(d, x + i + 1), hn::LoadU(d, x + i));
      least = hn::Min(least, apart);
      most = hn::Max(most, apart);
    }
    hn::Store(s1, d, one + part);
    hn::Store(q1, d, one_squares + part);
    hn::Store(s4, d, four + part);
    hn::Store(q4, d, four_squares + part);
    hn::Store(s2, d, skipped + part);
    hn::Store(e, d, energy + part);
    rises = rises && hn::AllTrue(d, hn::Gt(least, hn::Zero(d)));
    falls = falls && hn::AllTrue(d, hn::Lt(most, hn::Zero(d)));
  }
  const auto at = [&](index_t i) { return i < n ? r[i] : 0.0; };
  for (index_t i = whole; i < n; ++i) {
    const index_t k = i % kEight;
    const double by_one = r[i] * at(i + 1);
    const double by_four = r[i] * ((at(i + 1) + at(i + 2)) + (at(i + 3) + at(i + 4)));
    one[k] += by_one;
    one_squares[k] += by_one * by_one;
    four[k] += by_four;
    four_squares[k] += by_four * by_four;
    skipped[k] += r[i] * at(i + 2);
    energy[k] += r[i] * r[i];
    rises = rises && (i + 1 >= n || x[i] < x[i + 1]);
    falls = falls && (i + 1 >= n || x[i] > x[i + 1]);
  }
  const auto total = [](const double* s) {
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
  };
  return {total(one),     total(one_squares), total(four), total(four_squares),
          total(skipped), total(energy),      rises,       falls};
}

std::uint64_t mixed(std::uint64_t word) { return word ^ (word >> 32); }

std::uint64_t fingerprint(const void* data, index_t bytes) {
  const hn::ScalableTag<std::uint64_t> d;
  constexpr index_t kLanes = HWY_MAX_BYTES / sizeof(std::uint64_t);
  constexpr index_t kVectors = kSums / kLanes;
  HWY_ALIGN std::uint64_t sum[kSums] = {};
  HWY_ALIGN std::uint64_t sum_of_sums[kSums] = {};
  hn::Vec<decltype(d)> s[kVectors], t[kVectors];
  for (index_t v = 0; v < kVectors; ++v) s[v] = t[v] = hn::Zero(d);
  const auto* const words = static_cast<const std::uint64_t*>(data);
  const index_t whole = bytes / 8;
  index_t i = 0;
  for (; i + kSums <= whole; i += kSums) {
#pragma GCC unroll 32
    for (index_t v = 0; v < kVectors; ++v) {
      const auto w = hn::LoadU(d, words + i + v * kLanes);
      s[v] = hn::Add(s[v], hn::Xor(w, hn::ShiftRight<32>(w)));
      t[v] = hn::Add(t[v], s[v]);
    }
  }
  for (index_t v = 0; v < kVectors; ++v) {
    hn::Store(s[v], d, sum + v * kLanes);
    hn::Store(t[v], d, sum_of_sums + v * kLanes);
  }
  // The last words, one of which may be filled up with zeros.
  for (index_t k = 0; 8 * i < bytes; ++i, ++k) {
    std::uint64_t word = 0;
    std::memcpy(&word, static_cast<const char*>(data) + 8 * i,
                static_cast<std::size_t>(std::min<index_t>(8, bytes - 8 * i)));
    sum[k] += mixed(word);
    sum_of_sums[k] += sum[k];
  }
  std::uint64_t all = static_cast<std::uint64_t>(bytes);
  for (index_t k = 0; k < kSums; ++k)
    all += sum[k] * (base::hash(2 * k + 1) | 1) + sum_of_sums[k] * (base::hash(2 * k + 2) | 1);
  return base::hash(all);
}

}  // namespace

void fill(ColumnKernels& kernels) { kernels = {shifted_sums, all_finite, neighbours, fingerprint}; }

}  // namespace nlsq::reduce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <array>

#include "engine/interpreter/dispatch.hpp"
namespace nlsq::reduce {

using engine::Isa;

const ColumnKernels& column_kernels(Isa wanted) {
  static const std::array<ColumnKernels, 5> all = [] {
    std::array<ColumnKernels, 5> made{};
    for (const Isa isa : {Isa::portable, Isa::sse4, Isa::avx2, Isa::avx512, Isa::neon}) {
      ColumnKernels& kernels = made[static_cast<std::size_t>(isa)];
      NLSQ_DISPATCH(isa, fill(kernels))
    }
    return made;
  }();
  return all[static_cast<std::size_t>(wanted)];
}

}  // namespace nlsq::reduce
#endif
