// SPDX-License-Identifier: MIT
// eˣ for a vector, inline: models spend more time in it than in anything else, and a call for each
// vector costs about as much as the function. x = k ln 2 + r with |r| ≤ ln 2/2 (Cody and Waite
// 1980, ch. 6: ln 2 in two parts, k times the first of them exact), and eʳ = 1 + (r + r² q(r)), q
// of degree 9 with a weighted minimax error of 3.6e-18 (Lawson's iteration in 60 digits). Measured
// error below one unit in the last place; overflow, subnormal results and NaN are IEEE's.
// Read once for each instruction set.
#if defined(NLSQ_EXP_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NLSQ_EXP_INL
#undef NLSQ_EXP_INL
#else
#define NLSQ_EXP_INL
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nlsq::engine::HWY_NAMESPACE {
namespace math {

#if HWY_TARGET != HWY_AVX3
// 2ᵏ for a whole k from -1022 to 1023: the exponent is put into place.
template <class D, class V = hwy::HWY_NAMESPACE::Vec<D>>
HWY_INLINE V power_of_two(D d, V k) {
  namespace hn = hwy::HWY_NAMESPACE;
  const hn::Rebind<std::int64_t, D> di;
  // k in the low bits of a double whose last place is 1.
  const auto bits = hn::BitCast(di, hn::Add(k, hn::Set(d, 0x1.8p52)));
  return hn::BitCast(d, hn::ShiftLeft<52>(hn::Add(bits, hn::Set(di, 1023))));
}
#endif

template <class D, class V = hwy::HWY_NAMESPACE::Vec<D>>
HWY_INLINE V inline_exp(D d, V x) {
  namespace hn = hwy::HWY_NAMESPACE;
  const auto c = [d](double value) { return hn::Set(d, value); };
  // Beyond these limits the result is infinite or zero whatever x is.
  const V limited = hn::Min(hn::Max(x, c(-746.0)), c(710.0));
#if HWY_TARGET == HWY_AVX3
  const V k = hn::Round(hn::Mul(limited, c(0x1.71547652b82fep+0)));
#else
  const V k = hn::Sub(hn::MulAdd(limited, c(0x1.71547652b82fep+0), c(0x1.8p52)), c(0x1.8p52));
#endif
  V r = hn::NegMulAdd(k, c(0x1.62e42fefa3000p-1), limited);
  r = hn::NegMulAdd(k, c(0x1.3de6af278ece6p-42), r);
  V q = c(0x1.ad7fbb37b248ep-26);
  q = hn::MulAdd(q, r, c(0x1.28ad82a614eeap-22));
  q = hn::MulAdd(q, r, c(0x1.71df253c9a400p-19));
  q = hn::MulAdd(q, r, c(0x1.a01999fb1b0dbp-16));
  q = hn::MulAdd(q, r, c(0x1.a01a012a53ec1p-13));
  q = hn::MulAdd(q, r, c(0x1.6c16c184308adp-10));
  q = hn::MulAdd(q, r, c(0x1.1111111127c20p-7));
  q = hn::MulAdd(q, r, c(0x1.555555555085ep-5));
  q = hn::MulAdd(q, r, c(0x1.55555555554fap-3));
  q = hn::MulAdd(q, r, c(0x1.000000000000ap-1));
  const V e = hn::Add(c(1.0), hn::MulAdd(hn::Mul(r, r), q, r));
#if HWY_TARGET == HWY_AVX3
  const V scaled = V{_mm512_scalef_pd(e.raw, k.raw)};
#else
  // In two steps, so that neither factor leaves the range of exponents.
  const V half = hn::Round(hn::Mul(k, c(0.5)));
  const V scaled = hn::Mul(hn::Mul(e, power_of_two(d, half)), power_of_two(d, hn::Sub(k, half)));
#endif
  return hn::IfThenElse(hn::Eq(x, x), scaled, x);
}

}  // namespace math
}  // namespace nlsq::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NLSQ_EXP_INL
