// SPDX-License-Identifier: MIT
// Elementary functions but exp through SLEEF's vector routines (Shibata & Petrogalli 2020), one
// call a vector. Where SLEEF 3.5 is wrong at the edge of a range (sinh and cosh near overflow,
// asinh, acosh and log1p of huge arguments, subnormal arguments of log1p, tan and asinh) the value
// is patched. expit and logaddexp are built on exp and log1p. The trigonometric functions reduce
// their arguments in one of three ways, chosen by the largest of a vector; here every lane gets the
// way of its own size, so that a value does not depend on its neighbours.
#include "engine/interpreter/kernels.hpp"
#include "engine/targets.hpp"

#define NLSQ_REAL double
#define NLSQ_KERNELS math
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/interpreter/kernels_math.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "engine/divide-inl.hpp"
#include "engine/interpreter/exp-inl.hpp"
#include "engine/interpreter/loops-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlsq::engine::HWY_NAMESPACE {
namespace math {

// This part is read once for each instruction set.
#undef NLSQ_SLEEF_NAME
#undef NLSQ_SLEEF1
#undef NLSQ_SLEEF2
#undef NLSQ_CALL1
#undef NLSQ_CALL2
#if HWY_TARGET == HWY_AVX3
using Raw = __m512d;
#define NLSQ_SLEEF_NAME(name, ulp) Sleef_##name##d8_##ulp##avx512f
#elif HWY_TARGET == HWY_AVX2
using Raw = __m256d;
#define NLSQ_SLEEF_NAME(name, ulp) Sleef_##name##d4_##ulp##avx2
#elif HWY_TARGET == HWY_SSE4
using Raw = __m128d;
#define NLSQ_SLEEF_NAME(name, ulp) Sleef_##name##d2_##ulp##sse4
#elif HWY_TARGET == HWY_NEON
using Raw = float64x2_t;
#define NLSQ_SLEEF_NAME(name, ulp) Sleef_##name##d2_##ulp##advsimd
#else
using Raw = double;
#define NLSQ_SLEEF_NAME(name, ulp) Sleef_##name##d1_##ulp##purec
#endif

struct RawPair {
  Raw x, y;
};

#if HWY_TARGET == HWY_EMU128
// No vector registers: lane by lane.
template <class F>
HWY_INLINE V by_lane(F f, V x) {
  double in[2], out[2];
  hn::StoreU(x, D(), in);
  for (int i = 0; i < 2; ++i) out[i] = f(in[i]);
  return hn::LoadU(D(), out);
}
template <class F>
HWY_INLINE V by_lane(F f, V x, V y) {
  double a[2], b[2], out[2];
  hn::StoreU(x, D(), a);
  hn::StoreU(y, D(), b);
  for (int i = 0; i < 2; ++i) out[i] = f(a[i], b[i]);
  return hn::LoadU(D(), out);
}
#define NLSQ_CALL1(f, x) by_lane(f, x)
#define NLSQ_CALL2(f, x, y) by_lane(f, x, y)
#else
#define NLSQ_CALL1(f, x) \
  V { f((x).raw) }
#define NLSQ_CALL2(f, x, y) \
  V { f((x).raw, (y).raw) }
#endif

#define NLSQ_SLEEF1(name, ulp)                    \
  extern "C" Raw NLSQ_SLEEF_NAME(name, ulp)(Raw); \
  HWY_INLINE V name(V x) { return NLSQ_CALL1(NLSQ_SLEEF_NAME(name, ulp), x); }
#define NLSQ_SLEEF2(name, ulp)                         \
  extern "C" Raw NLSQ_SLEEF_NAME(name, ulp)(Raw, Raw); \
  HWY_INLINE V name(V x, V y) { return NLSQ_CALL2(NLSQ_SLEEF_NAME(name, ulp), x, y); }

NLSQ_SLEEF1(cbrt, u10)
NLSQ_SLEEF1(expm1, u10)
NLSQ_SLEEF1(log, u10)
NLSQ_SLEEF1(log1p, u10)
NLSQ_SLEEF1(log2, u10)
NLSQ_SLEEF1(log10, u10)
NLSQ_SLEEF1(sin, u10)
NLSQ_SLEEF1(cos, u10)
NLSQ_SLEEF1(tan, u10)
NLSQ_SLEEF1(asin, u10)
NLSQ_SLEEF1(acos, u10)
NLSQ_SLEEF1(atan, u10)
NLSQ_SLEEF1(sinh, u10)
NLSQ_SLEEF1(cosh, u10)
NLSQ_SLEEF1(tanh, u10)
NLSQ_SLEEF1(asinh, u10)
NLSQ_SLEEF1(acosh, u10)
NLSQ_SLEEF1(atanh, u10)
NLSQ_SLEEF1(erf, u10)
NLSQ_SLEEF1(erfc, u15)
NLSQ_SLEEF1(lgamma, u10)
NLSQ_SLEEF2(pow, u10)
NLSQ_SLEEF2(atan2, u10)
NLSQ_SLEEF2(hypot, u05)
extern "C" RawPair NLSQ_SLEEF_NAME(sincos, u10)(Raw);

HWY_INLINE V exp(V x) { return inline_exp(D(), x); }
HWY_INLINE V set(double v) { return hn::Set(D(), v); }
HWY_INLINE auto is_tiny(V x) { return hn::Lt(hn::Abs(x), set(1e-300)); }

// e^|x|/2 in two factors, so that it overflows only where the result does.
HWY_INLINE V half_exp(V magnitude) {
  const V root = exp(hn::Mul(magnitude, set(0.5)));
  return hn::Mul(hn::Mul(root, set(0.5)), root);
}

// The ranges of SLEEF's three reductions.
struct Ranges {
  explicit HWY_INLINE Ranges(V x)
      : size(hn::Abs(x)), small(hn::Lt(size, set(15.0))), middle(hn::Lt(size, set(1e14))) {}
  HWY_INLINE bool one() const {
    const D d;
    return hn::AllTrue(d, small) || (hn::AllFalse(d, small) && hn::AllTrue(d, middle));
  }
  V size;
  decltype(hn::Lt(V(), V())) small, middle;  // middle: small ones included
};

// take(f of x with the lanes of other ranges replaced, the lanes it is meant for), range by range.
template <class Run, class Take>
HWY_NOINLINE void each_range(const Ranges& in, V x, const Run& run, const Take& take) {
  const D d;
  const auto rest = hn::Not(in.middle), middle = hn::AndNot(in.small, in.middle);
  if (!hn::AllFalse(d, in.small)) take(run(hn::IfThenElse(in.small, x, set(0.0))), in.small);
  if (!hn::AllFalse(d, middle)) take(run(hn::IfThenElse(middle, x, set(16.0))), middle);
  if (!hn::AllFalse(d, rest)) take(run(hn::IfThenElse(rest, x, set(1e15))), rest);
}

template <class Run>
HWY_INLINE V by_range(V x, const Run& run) {
  const Ranges in(x);
  if (HWY_LIKELY(in.one())) return run(x);
  V result = x;
  each_range(in, x, run,
             [&](V value, auto lanes) { result = hn::IfThenElse(lanes, value, result); });
  return result;
}

struct Cbrt {
  static HWY_INLINE V run(V x) { return cbrt(x); }
};
struct Exp {
  static HWY_INLINE V run(V x) { return exp(x); }
};
struct Expm1 {
  static HWY_INLINE V run(V x) { return expm1(x); }
};
struct Log {
  static HWY_INLINE V run(V x) { return log(x); }
};
struct Log1p {
  static HWY_INLINE V run(V x) {
    const V small = hn::IfThenElse(is_tiny(x), x, log1p(x));
    const auto large = hn::Gt(x, set(1e100));
    if (HWY_LIKELY(hn::AllFalse(D(), large))) return small;
    return hn::IfThenElse(large, log(x), small);
  }
};
struct Log2 {
  static HWY_INLINE V run(V x) { return log2(x); }
};
struct Log10 {
  static HWY_INLINE V run(V x) { return log10(x); }
};
struct Sin {
  static HWY_INLINE V run(V x) {
    return by_range(x, [](V v) { return sin(v); });
  }
};
struct Cos {
  static HWY_INLINE V run(V x) {
    return by_range(x, [](V v) { return cos(v); });
  }
};
struct Tan {
  static HWY_INLINE V run(V x) {
    return hn::IfThenElse(is_tiny(x), x, by_range(x, [](V v) { return tan(v); }));
  }
};
struct Asin {
  static HWY_INLINE V run(V x) { return asin(x); }
};
struct Acos {
  static HWY_INLINE V run(V x) { return acos(x); }
};
struct Atan {
  static HWY_INLINE V run(V x) { return atan(x); }
};
struct Sinh {
  static HWY_INLINE V run(V x) {
    const V magnitude = hn::Abs(x);
    const auto large = hn::Gt(magnitude, set(700.0));
    if (HWY_LIKELY(hn::AllFalse(D(), large))) return sinh(x);
    return hn::IfThenElse(large, hn::CopySign(half_exp(magnitude), x), sinh(x));
  }
};
struct Cosh {
  static HWY_INLINE V run(V x) {
    const V magnitude = hn::Abs(x);
    const auto large = hn::Gt(magnitude, set(700.0));
    if (HWY_LIKELY(hn::AllFalse(D(), large))) return cosh(x);
    return hn::IfThenElse(large, half_exp(magnitude), cosh(x));
  }
};
struct Tanh {
  static HWY_INLINE V run(V x) { return tanh(x); }
};
struct Asinh {
  static HWY_INLINE V run(V x) {
    const V magnitude = hn::Abs(x);
    const V small = hn::IfThenElse(is_tiny(x), x, asinh(x));
    const auto large = hn::Gt(magnitude, set(1e100));
    if (HWY_LIKELY(hn::AllFalse(D(), large))) return small;
    // asinh x = ln 2|x| up to 1/(4x²).
    const V asymptote = hn::Add(log(magnitude), set(0.69314718055994530942));
    return hn::IfThenElse(large, hn::CopySign(asymptote, x), small);
  }
};
struct Acosh {
  static HWY_INLINE V run(V x) {
    const auto large = hn::Gt(x, set(1e100));
    if (HWY_LIKELY(hn::AllFalse(D(), large))) return acosh(x);
    return hn::IfThenElse(large, hn::Add(log(x), set(0.69314718055994530942)), acosh(x));
  }
};
struct Atanh {
  static HWY_INLINE V run(V x) { return hn::IfThenElse(is_tiny(x), x, atanh(x)); }
};
struct Erf {
  static HWY_INLINE V run(V x) { return erf(x); }
};
struct Erfc {
  static HWY_INLINE V run(V x) { return erfc(x); }
};
struct Lgamma {
  static HWY_INLINE V run(V x) { return lgamma(x); }
};
struct Expit {
  static HWY_INLINE V run(V x) {
    const V e = exp(hn::Neg(hn::Abs(x)));
    const V r = divide(set(1.0), hn::Add(set(1.0), e));
    return hn::IfThenElse(hn::Lt(x, set(0.0)), hn::Mul(e, r), r);
  }
};
struct Pow {
  static HWY_INLINE V run(V x, V y) { return pow(x, y); }
};
struct Atan2 {
  static HWY_INLINE V run(V x, V y) { return atan2(x, y); }
};
struct Hypot {
  static HWY_INLINE V run(V x, V y) { return hypot(x, y); }
};
struct Logaddexp {
  static HWY_INLINE V run(V x, V y) {
    const V high = hn::IfThenElse(hn::Lt(x, y), y, x);
    const V gap = hn::IfThenElse(hn::Eq(x, y), set(0.0), hn::Neg(hn::Abs(hn::Sub(x, y))));
    return hn::Add(high, log1p(exp(gap)));
  }
};

HWY_NOINLINE void sincos(const Call& call, index_t n) {
#if HWY_TARGET == HWY_EMU128
  for (index_t i = 0; i < n; ++i) {
    const RawPair both = NLSQ_SLEEF_NAME(sincos, u10)(call.a[i]);
    call.d[i] = both.x;
    call.d2[i] = both.y;
  }
#else
  const D d;
  const index_t step = static_cast<index_t>(hn::Lanes(d));
  for (index_t i = 0; i < n; i += step) {
    const V x = hn::LoadU(d, call.a + i);
    const Ranges in(x);
    const auto run = [](V v) { return NLSQ_SLEEF_NAME(sincos, u10)(v.raw); };
    V sine = x, cosine = x;
    const auto take = [&](const RawPair& both, auto lanes) {
      sine = hn::IfThenElse(lanes, V{both.x}, sine);
      cosine = hn::IfThenElse(lanes, V{both.y}, cosine);
    };
    if (HWY_LIKELY(in.one())) {
      const RawPair both = run(x);
      sine = V{both.x}, cosine = V{both.y};
    } else {
      each_range(in, x, run, take);
    }
    hn::StoreU(sine, d, call.d + i);
    hn::StoreU(cosine, d, call.d2 + i);
  }
#endif
}

}  // namespace math
}  // namespace nlsq::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#include "engine/interpreter/elementary-inl.hpp"

#if HWY_ONCE
#include "engine/interpreter/dispatch.hpp"
namespace nlsq::engine {
void add_math_kernels(Isa isa, KernelTable& table) {
  NLSQ_DISPATCH(isa, math::add_elementary(table))
}
}  // namespace nlsq::engine
#endif
