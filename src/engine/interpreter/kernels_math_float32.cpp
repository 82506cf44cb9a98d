// SPDX-License-Identifier: MIT
// Elementary functions in single precision (docs/adr/0007): exp inline, the others through SLEEF,
// one call a vector. They lead a fit to the neighbourhood of its minimum, so the edges of their
// ranges are as SLEEF has them. Nothing for instruction sets without vectors: there single
// precision saves nothing.
#include "engine/interpreter/kernels.hpp"
#include "engine/targets.hpp"

#define NLSQ_REAL float
#define NLSQ_KERNELS math_float32
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/interpreter/kernels_math_float32.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "engine/divide-inl.hpp"
#include "engine/interpreter/exp-inl.hpp"
#include "engine/interpreter/loops-inl.hpp"

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

struct RawPair {
  Raw x, y;
};

HWY_INLINE V set(float v) { return hn::Set(D(), v); }
HWY_INLINE V exp(V x) { return math::inline_exp(D(), x); }

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
    const V r = divide(set(1.0f), hn::Add(set(1.0f), e));
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

#endif

}  // namespace math_float32
}  // namespace nlsq::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#include "engine/interpreter/elementary-inl.hpp"

#if HWY_ONCE
#include "engine/interpreter/dispatch.hpp"
namespace nlsq::engine {
void add_math_kernels_float32(Isa isa, KernelTable& table) {
  NLSQ_DISPATCH(isa, math_float32::add_elementary(table))
}
}  // namespace nlsq::engine
#endif
