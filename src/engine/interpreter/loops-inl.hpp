// SPDX-License-Identifier: MIT
// The loops of kernels over a block, for one type of values: NLSQ_REAL is the type, NLSQ_KERNELS
// the namespace. F::run works on a vector. Operands that are the same for all rows are read once,
// as a vector from their slot: the same value in each lane, or that of each fit when fits run side
// by side (engine/batch). Read once for each instruction set.
#if defined(NLSQ_LOOPS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NLSQ_LOOPS_INL
#undef NLSQ_LOOPS_INL
#else
#define NLSQ_LOOPS_INL
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nlsq::engine::HWY_NAMESPACE {
namespace NLSQ_KERNELS {

namespace hn = hwy::HWY_NAMESPACE;
using Real = NLSQ_REAL;
using D = hn::ScalableTag<Real>;
using V = hn::Vec<D>;
using program::Code;

HWY_INLINE const Real* values(const double* p) { return reinterpret_cast<const Real*>(p); }
HWY_INLINE Real* values(double* p) { return reinterpret_cast<Real*>(p); }

template <bool kScalar>
HWY_INLINE V operand(const Real* p, index_t i, V scalar) {
  if constexpr (kScalar) {
    (void)p, (void)i;
    return scalar;
  } else {
    (void)scalar;
    return hn::LoadU(D(), p + i);
  }
}

// Pointers are copied first: a store might change the Call itself for all the compiler knows.
template <class F>
HWY_NOINLINE void unary(const Call& call, index_t n) {
  const D d;
  const index_t step = static_cast<index_t>(hn::Lanes(d));
  const Real* pa = values(call.a);
  Real* to = values(call.d);
  for (index_t i = 0; i < n; i += step) hn::StoreU(F::run(hn::LoadU(d, pa + i)), d, to + i);
}

template <class F, int kMask>
HWY_NOINLINE void binary(const Call& call, index_t n) {
  const D d;
  const index_t step = static_cast<index_t>(hn::Lanes(d));
  const Real *pa = values(call.a), *pb = values(call.b);
  Real* to = values(call.d);
  const V a = hn::LoadU(d, pa), b = hn::LoadU(d, pb);
  for (index_t i = 0; i < n; i += step) {
    const V x = operand<(kMask & 1) != 0>(pa, i, a);
    const V y = operand<(kMask & 2) != 0>(pb, i, b);
    hn::StoreU(F::run(x, y), d, to + i);
  }
}

}  // namespace NLSQ_KERNELS
}  // namespace nlsq::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NLSQ_LOOPS_INL
