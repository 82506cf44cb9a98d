// SPDX-License-Identifier: MIT
// Division of vectors as IEEE 754 has it. Highway 1.2 gives 0 for a/0 on the portable target
// (EMU128), where 1/0 must be infinite and 0/0 no number: a model's pole would read as a finite
// value. Read once for each instruction set.
#if defined(NLSQ_DIVIDE_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NLSQ_DIVIDE_INL
#undef NLSQ_DIVIDE_INL
#else
#define NLSQ_DIVIDE_INL
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace nlsq::engine::HWY_NAMESPACE {

/// a / b in each lane.
template <class V>
HWY_INLINE V divide(V a, V b) {
#if HWY_TARGET == HWY_EMU128
  for (std::size_t i = 0; i < sizeof(a.raw) / sizeof(a.raw[0]); ++i) a.raw[i] /= b.raw[i];
  return a;
#else
  return hwy::HWY_NAMESPACE::Div(a, b);
#endif
}

}  // namespace nlsq::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NLSQ_DIVIDE_INL
