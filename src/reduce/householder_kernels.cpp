// SPDX-License-Identifier: MIT
#include "reduce/householder_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "reduce/householder_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nlsq::reduce::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

constexpr int kTogether = 4;  // columns that a reflector meets at a time
// Sums of squares between which no square that counts (eps² of the largest) underflows, and no
// product overflows.
constexpr double kLeastSquare = 1e-270, kMostSquare = 1e300;

HWY_INLINE index_t lanes() { return static_cast<index_t>(hn::Lanes(D())); }

// Products of b with C columns, `apart` from one another.
template <int C>
HWY_INLINE void dots(const double* HWY_RESTRICT b, const double* HWY_RESTRICT columns,
                     index_t apart, double* HWY_RESTRICT out) {
  const D d;
  V sums[C];
  for (int c = 0; c < C; ++c) sums[c] = hn::Zero(d);
  for (index_t r = 0; r < apart; r += lanes()) {
    const V v = hn::LoadU(d, b + r);
    for (int c = 0; c < C; ++c)
      sums[c] = hn::MulAdd(v, hn::LoadU(d, columns + c * apart + r), sums[c]);
  }
  for (int c = 0; c < C; ++c) out[c] = hn::GetLane(hn::SumOfLanes(d, sums[c]));
}

// Σ b²: sums side by side, since one alone waits for each addition.
HWY_INLINE double square_of(const double* HWY_RESTRICT b, index_t rows) {
  const D d;
  V even = hn::Zero(d), odd = hn::Zero(d);
  for (index_t r = 0; r < rows; r += 2 * lanes()) {
    const V one = hn::LoadU(d, b + r), other = hn::LoadU(d, b + r + lanes());
    even = hn::MulAdd(one, one, even);
    odd = hn::MulAdd(other, other, odd);
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
}

// Subtracts w[c]·b from each.
template <int C>
HWY_INLINE void subtract(const double* HWY_RESTRICT b, const double* HWY_RESTRICT w, index_t apart,
                         double* HWY_RESTRICT columns) {
  const D d;
  V factor[C];
  for (int c = 0; c < C; ++c) factor[c] = hn::Set(d, w[c]);
  for (index_t r = 0; r < apart; r += lanes()) {
    const V v = hn::LoadU(d, b + r);
    for (int c = 0; c < C; ++c) {
      double* const at = columns + c * apart + r;
      hn::StoreU(hn::NegMulAdd(factor[c], v, hn::LoadU(d, at)), d, at);
    }
  }
}

// I − tau·v·vᵀ, v = [v0; b], on C columns of the block and their values in a row of R.
template <int C>
HWY_INLINE void reflect(const double* b, double v0, double tau, index_t rows, double* columns,
                        double* row, index_t q) {
  double w[C];
  dots<C>(b, columns, rows, w);
  for (int c = 0; c < C; ++c) {
    w[c] = tau * (v0 * row[c * q] + w[c]);
    row[c * q] -= w[c] * v0;
  }
  subtract<C>(b, w, rows, columns);
}

// Multiplies (x0, b) by a power of two that brings its largest value to 1 to 2, where there is one.
// Returns that factor.
double rescale(double* b, index_t rows, double x0) {
  double largest = x0;
  for (index_t r = 0; r < rows; ++r) largest = std::max(largest, std::abs(b[r]));
  if (largest == 0.0 || !std::isfinite(largest)) return 1.0;
  constexpr int kMost = std::numeric_limits<double>::max_exponent - 2;
  const double factor = std::ldexp(1.0, std::min(-std::ilogb(largest), kMost));
  for (index_t r = 0; r < rows; ++r) b[r] *= factor;
  return factor;
}

void add_block(double* A, index_t rows, index_t q, double* R) {
  for (index_t k = 0; k < q; ++k) {
    double* const b = A + k * rows;
    double x0 = R[k + k * q], square = square_of(b, rows), factor = 1.0;
    if (!(square > kLeastSquare && square < kMostSquare)) {
      // The tail of a peak underflows when it is squared: the reflector of a multiple is the same.
      factor = rescale(b, rows, x0);
      x0 *= factor;
      square = square_of(b, rows);
    }
    if (square < kLeastSquare) continue;  // nothing beside x0
    // The reflection of (x0, b) onto (mu, 0), with x0 not negative: no cancellation.
    const double mu = std::sqrt(x0 * x0 + square);
    const double v0 = -square / (x0 + mu), tau = 2.0 / (v0 * v0 + square);
    R[k + k * q] = mu / factor;
    index_t j = k + 1;
    for (; j + kTogether <= q; j += kTogether)
      reflect<kTogether>(b, v0, tau, rows, A + j * rows, R + k + j * q, q);
    for (; j < q; ++j) reflect<1>(b, v0, tau, rows, A + j * rows, R + k + j * q, q);
  }
}

}  // namespace

void fill(HouseholderKernels& kernels) { kernels.add_block = add_block; }

}  // namespace nlsq::reduce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <array>

#include "engine/interpreter/dispatch.hpp"
namespace nlsq::reduce {

using engine::Isa;

const HouseholderKernels& householder_kernels(Isa wanted) {
  static const std::array<HouseholderKernels, 5> all = [] {
    std::array<HouseholderKernels, 5> made{};
    for (const Isa isa : {Isa::portable, Isa::sse4, Isa::avx2, Isa::avx512, Isa::neon}) {
      HouseholderKernels& kernels = made[static_cast<std::size_t>(isa)];
      NLSQ_DISPATCH(isa, fill(kernels))
    }
    return made;
  }();
  return all[static_cast<std::size_t>(wanted)];
}

}  // namespace nlsq::reduce
#endif
