// SPDX-License-Identifier: MIT
// Elementary functions in single precision (docs/adr/0007): exp inline, as in exp-inl.hpp with a
// polynomial of degree 4 (weighted minimax error 4e-9), the others through SLEEF, one call a
// vector. They lead a fit to the neighbourhood of its minimum, so the edges of their ranges are as
// SLEEF has them. Nothing for instruction sets without vectors: there single precision saves
// nothing.
#include "engine/interpreter/kernels.hpp"
#include "engine/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/interpreter/kernels_math_float32.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nlsq::engine::HWY_NAMESPACE {
namespace math_float32 {

// This part is read once for each instruction set.
#undef NLSQ_SLEEF_NAME
#if HWY_TARGET == HWY_AVX3
using Raw = __m512;
#define NLSQ_SLEEF_NAME(name, ulp) Sleef_##name##f16_##ulp##avx512f
#elif HWY_TARGET == HWY_AVX2
using Raw = __m256;
#define NLSQ_SLEEF_NAME(name, ulp) Sleef_##name##f8_##ulp##avx2
#elif HWY_TARGET == HWY_SSE4
using Raw = __m128;
#define NLSQ_SLEEF_NAME(name, ulp) Sleef_##name##f4_##ulp##sse4
#elif HWY_TARGET == HWY_NEON
using Raw = float32x4_t;
#define NLSQ_SLEEF_NAME(name, ulp) Sleef_##name##f4_##ulp##advsimd
#endif

#ifdef NLSQ_SLEEF_NAME

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
using program::Code;

struct RawPair {
  Raw x, y;
};

HWY_INLINE V set(float v) { return hn::Set(D(), v); }
HWY_INLINE const float* values(const double* p) { return reinterpret_cast<const float*>(p); }
HWY_INLINE float* values(double* p) { return reinterpret_cast<float*>(p); }

#if HWY_TARGET != HWY_AVX3
// 2ᵏ for a whole k from -126 to 127.
HWY_INLINE V power_of_two(V k) {
  const D d;
  const hn::Rebind<std::int32_t, D> di;
  const auto bits = hn::BitCast(di, hn::Add(k, set(0x1.8p23f)));
  return hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(bits, hn::Set(di, 127))));
}
#endif

HWY_INLINE V exp(V x) {
  const V limited = hn::Min(hn::Max(x, set(-104.0f)), set(89.0f));
  const V k = hn::Round(hn::Mul(limited, set(0x1.715476p+0f)));
  V r = hn::NegMulAdd(k, set(0x1.62e4p-1f), limited);
  r = hn::NegMulAdd(k, set(0x1.7f7d1cp-20f), r);
  V q = set(0x1.6a2352p-10f);
  q = hn::MulAdd(q, r, set(0x1.123a6cp-7f));
  q = hn::MulAdd(q, r, set(0x1.5558f4p-5f));
  q = hn::MulAdd(q, r, set(0x1.55549p-3f));
  q = hn::MulAdd(q, r, set(0x1.fffffcp-2f));
  const V e = hn::Add(set(1.0f), hn::MulAdd(hn::Mul(r, r), q, r));
#if HWY_TARGET == HWY_AVX3
  const V scaled = V{_mm512_scalef_ps(e.raw, k.raw)};
#else
  const V half = hn::Round(hn::Mul(k, set(0.5f)));
  const V scaled = hn::Mul(hn::Mul(e, power_of_two(half)), power_of_two(hn::Sub(k, half)));
#endif
  return hn::IfThenElse(hn::Eq(x, x), scaled, x);
}

#define NLSQ_UNARY(Name, name, ulp)                                               \
  extern "C" Raw NLSQ_SLEEF_NAME(name, ulp)(Raw);                                 \
  struct Name {                                                                   \
    static HWY_INLINE V run(V x) { return V{NLSQ_SLEEF_NAME(name, ulp)(x.raw)}; } \
  };
#define NLSQ_BINARY(Name, name, ulp)                                                          \
  extern "C" Raw NLSQ_SLEEF_NAME(name, ulp)(Raw, Raw);                                        \
  struct Name {                                                                               \
    static HWY_INLINE V run(V x, V y) { return V{NLSQ_SLEEF_NAME(name, ulp)(x.raw, y.raw)}; } \
  };
NLSQ_UNARY(Cbrt, cbrt, u10)
NLSQ_UNARY(Expm1, expm1, u10)
NLSQ_UNARY(Log, log, u10)
NLSQ_UNARY(Log1p, log1p, u10)
NLSQ_UNARY(Log2, log2, u10)
NLSQ_UNARY(Log10, log10, u10)
NLSQ_UNARY(Sin, sin, u10)
NLSQ_UNARY(Cos, cos, u10)
NLSQ_UNARY(Tan, tan, u10)
NLSQ_UNARY(Asin, asin, u10)
NLSQ_UNARY(Acos, acos, u10)
NLSQ_UNARY(Atan, atan, u10)
NLSQ_UNARY(Sinh, sinh, u10)
NLSQ_UNARY(Cosh, cosh, u10)
NLSQ_UNARY(Tanh, tanh, u10)
NLSQ_UNARY(Asinh, asinh, u10)
NLSQ_UNARY(Acosh, acosh, u10)
NLSQ_UNARY(Atanh, atanh, u10)
NLSQ_UNARY(Erf, erf, u10)
NLSQ_UNARY(Erfc, erfc, u15)
NLSQ_UNARY(Lgamma, lgamma, u10)
NLSQ_BINARY(Pow, pow, u10)
NLSQ_BINARY(Atan2, atan2, u10)
NLSQ_BINARY(Hypot, hypot, u05)
#undef NLSQ_UNARY
#undef NLSQ_BINARY
extern "C" RawPair NLSQ_SLEEF_NAME(sincos, u10)(Raw);

struct Exp {
  static HWY_INLINE V run(V x) { return exp(x); }
};
struct Expit {
  static HWY_INLINE V run(V x) {
    const V e = exp(hn::Neg(hn::Abs(x)));
    const V r = hn::Div(set(1.0f), hn::Add(set(1.0f), e));
    return hn::IfThenElse(hn::Lt(x, set(0.0f)), hn::Mul(e, r), r);
  }
};
struct Logaddexp {
  static HWY_INLINE V run(V x, V y) {
    const V high = hn::IfThenElse(hn::Lt(x, y), y, x);
    const V gap = hn::IfThenElse(hn::Eq(x, y), set(0.0f), hn::Neg(hn::Abs(hn::Sub(x, y))));
    return hn::Add(high, Log1p::run(exp(gap)));
  }
};

template <class F>
HWY_NOINLINE void unary(const Call& call, index_t n) {
  const D d;
  const index_t step = static_cast<index_t>(hn::Lanes(d));
  const float* pa = values(call.a);
  float* to = values(call.d);
  for (index_t i = 0; i < n; i += step) hn::StoreU(F::run(hn::LoadU(d, pa + i)), d, to + i);
}
template <class F>
HWY_NOINLINE void binary(const Call& call, index_t n) {
  const D d;
  const index_t step = static_cast<index_t>(hn::Lanes(d));
  const float *pa = values(call.a), *pb = values(call.b);
  float* to = values(call.d);
  for (index_t i = 0; i < n; i += step)
    hn::StoreU(F::run(hn::LoadU(d, pa + i), hn::LoadU(d, pb + i)), d, to + i);
}
HWY_NOINLINE void sincos(const Call& call, index_t n) {
  const D d;
  const index_t step = static_cast<index_t>(hn::Lanes(d));
  const float* pa = values(call.a);
  float *sine = values(call.d), *cosine = values(call.d2);
  for (index_t i = 0; i < n; i += step) {
    const RawPair both = NLSQ_SLEEF_NAME(sincos, u10)(hn::LoadU(d, pa + i).raw);
    hn::StoreU(V{both.x}, d, sine + i);
    hn::StoreU(V{both.y}, d, cosine + i);
  }
}

void add(KernelTable& table) {
  const auto put = [&table](Code code, Kernel kernel) {
    table[static_cast<std::size_t>(code)][0] = kernel;
  };
  put(Code::cbrt, unary<Cbrt>);
  put(Code::exp, unary<Exp>);
  put(Code::expm1, unary<Expm1>);
  put(Code::log, unary<Log>);
  put(Code::log1p, unary<Log1p>);
  put(Code::log2, unary<Log2>);
  put(Code::log10, unary<Log10>);
  put(Code::sin, unary<Sin>);
  put(Code::cos, unary<Cos>);
  put(Code::tan, unary<Tan>);
  put(Code::asin, unary<Asin>);
  put(Code::acos, unary<Acos>);
  put(Code::atan, unary<Atan>);
  put(Code::sinh, unary<Sinh>);
  put(Code::cosh, unary<Cosh>);
  put(Code::tanh, unary<Tanh>);
  put(Code::asinh, unary<Asinh>);
  put(Code::acosh, unary<Acosh>);
  put(Code::atanh, unary<Atanh>);
  put(Code::erf, unary<Erf>);
  put(Code::erfc, unary<Erfc>);
  put(Code::lgamma, unary<Lgamma>);
  put(Code::expit, unary<Expit>);
  put(Code::pow, binary<Pow>);
  put(Code::atan2, binary<Atan2>);
  put(Code::hypot, binary<Hypot>);
  put(Code::logaddexp, binary<Logaddexp>);
  put(Code::sincos, sincos);
}

#else

void add(KernelTable&) {}

#endif

}  // namespace math_float32
}  // namespace nlsq::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "engine/interpreter/dispatch.hpp"
namespace nlsq::engine {
void add_math_kernels_float32(Isa isa, KernelTable& table) {
  NLSQ_DISPATCH(isa, math_float32::add(table))
}
}  // namespace nlsq::engine
#endif
