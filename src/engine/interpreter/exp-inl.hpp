// SPDX-License-Identifier: MIT
// eˣ for a vector, inline: models spend more time in it than in anything else, and a call for each
// vector costs about as much as the function. x = k ln 2 + r with |r| ≤ ln 2/2 (Cody and Waite
// 1980, ch. 6: ln 2 in two parts, k times the first of them exact), and eʳ = 1 + (r + r² q(r)), q
// of degree 9 with a weighted minimax error of 3.6e-18 (Lawson's iteration in 60 digits); in single
// precision of degree 4 with 4e-9. Measured error below one unit in the last place; overflow,
// subnormal results and NaN are IEEE's.
// Read once for each instruction set.
#if defined(NLSQ_EXP_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NLSQ_EXP_INL
#undef NLSQ_EXP_INL
#else
#define NLSQ_EXP_INL
#endif

#include <hwy/highway.h>

#include <cstdint>
#include <iterator>

HWY_BEFORE_NAMESPACE();
namespace nlsq::engine::HWY_NAMESPACE {
namespace math {

template <class Real>
struct ExpNumbers;

template <>
struct ExpNumbers<double> {
  using Int = std::int64_t;
  static constexpr int kDigits = 52, kBias = 1023;
  // Beyond these limits the result is infinite or zero whatever x is.
  static constexpr double kLeast = -746.0, kMost = 710.0;
  static constexpr double kLog2e = 0x1.71547652b82fep+0, kUnits = 0x1.8p52;
  static constexpr double kLn2 = 0x1.62e42fefa3000p-1, kLn2Rest = 0x1.3de6af278ece6p-42;
  static constexpr double kQ[] = {
      0x1.ad7fbb37b248ep-26, 0x1.28ad82a614eeap-22, 0x1.71df253c9a400p-19, 0x1.a01999fb1b0dbp-16,
      0x1.a01a012a53ec1p-13, 0x1.6c16c184308adp-10, 0x1.1111111127c20p-7,  0x1.555555555085ep-5,
      0x1.55555555554fap-3,  0x1.000000000000ap-1};
};

template <>
struct ExpNumbers<float> {
  using Int = std::int32_t;
  static constexpr int kDigits = 23, kBias = 127;
  static constexpr float kLeast = -104.0f, kMost = 89.0f;
  static constexpr float kLog2e = 0x1.715476p+0f, kUnits = 0x1.8p23f;
  static constexpr float kLn2 = 0x1.62e4p-1f, kLn2Rest = 0x1.7f7d1cp-20f;
  static constexpr float kQ[] = {0x1.6a2352p-10f, 0x1.123a6cp-7f, 0x1.5558f4p-5f, 0x1.55549p-3f,
                                 0x1.fffffcp-2f};
};

#if HWY_TARGET == HWY_AVX3
// x 2ᵏ.
HWY_INLINE __m512d scale_raw(__m512d x, __m512d k) { return _mm512_scalef_pd(x, k); }
HWY_INLINE __m512 scale_raw(__m512 x, __m512 k) { return _mm512_scalef_ps(x, k); }
#else
// 2ᵏ for a whole k of normal numbers: the exponent is put into place.
template <class D, class V = hwy::HWY_NAMESPACE::Vec<D>>
HWY_INLINE V power_of_two(D d, V k) {
  namespace hn = hwy::HWY_NAMESPACE;
  using N = ExpNumbers<hn::TFromD<D>>;
  const hn::Rebind<typename N::Int, D> di;
  // k in the low bits of a number whose last place is 1.
  const auto bits = hn::BitCast(di, hn::Add(k, hn::Set(d, N::kUnits)));
  return hn::BitCast(d, hn::ShiftLeft<N::kDigits>(hn::Add(bits, hn::Set(di, N::kBias))));
}
#endif

// Horner's rule from coefficient kNext of q on.
template <std::size_t kNext, class D, class V = hwy::HWY_NAMESPACE::Vec<D>>
HWY_INLINE V horner(D d, V q, V r) {
  namespace hn = hwy::HWY_NAMESPACE;
  using N = ExpNumbers<hn::TFromD<D>>;
  if constexpr (kNext == std::size(N::kQ)) {
    return q;
  } else {
    return horner<kNext + 1>(d, hn::MulAdd(q, r, hn::Set(d, N::kQ[kNext])), r);
  }
}

template <class D, class V = hwy::HWY_NAMESPACE::Vec<D>>
HWY_INLINE V inline_exp(D d, V x) {
  namespace hn = hwy::HWY_NAMESPACE;
  using Real = hn::TFromD<D>;
  using N = ExpNumbers<Real>;
  const auto c = [d](Real value) { return hn::Set(d, value); };
  const V limited = hn::Min(hn::Max(x, c(N::kLeast)), c(N::kMost));
#if HWY_TARGET == HWY_AVX3
  const V k = hn::Round(hn::Mul(limited, c(N::kLog2e)));
#else
  const V k = hn::Sub(hn::MulAdd(limited, c(N::kLog2e), c(N::kUnits)), c(N::kUnits));
#endif
  V r = hn::NegMulAdd(k, c(N::kLn2), limited);
  r = hn::NegMulAdd(k, c(N::kLn2Rest), r);
  const V q = horner<1>(d, c(N::kQ[0]), r);
  const V e = hn::Add(c(Real{1}), hn::MulAdd(hn::Mul(r, r), q, r));
#if HWY_TARGET == HWY_AVX3
  const V scaled = V{scale_raw(e.raw, k.raw)};
#else
  // In two steps, so that neither factor leaves the range of exponents.
  const V half = hn::Round(hn::Mul(k, c(Real(0.5))));
  const V scaled = hn::Mul(hn::Mul(e, power_of_two(d, half)), power_of_two(d, hn::Sub(k, half)));
#endif
  return hn::IfThenElse(hn::Eq(x, x), scaled, x);
}

}  // namespace math
}  // namespace nlsq::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NLSQ_EXP_INL
