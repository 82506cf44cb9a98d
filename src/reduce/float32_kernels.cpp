// SPDX-License-Identifier: MIT
#include "reduce/float32_kernels.hpp"

#include "engine/targets.hpp"

#define NLSQ_REAL float
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "reduce/float32_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "reduce/gram-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace nlsq::reduce::HWY_NAMESPACE {
namespace {

void narrow(const double* from, index_t n, float* to) {
  const hn::ScalableTag<double> wide;
  const hn::Rebind<float, decltype(wide)> d;
  const index_t step = static_cast<index_t>(hn::Lanes(wide));
  index_t i = 0;
  for (; i + step <= n; i += step)
    hn::StoreU(hn::DemoteTo(d, hn::LoadU(wide, from + i)), d, to + i);
  for (; i < n; ++i) to[i] = static_cast<float>(from[i]);
}

}  // namespace

void fill(Float32Kernels& kernels) { kernels = {static_cast<int>(kRoom * lanes()), gram, narrow}; }

}  // namespace nlsq::reduce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <array>

#include "engine/interpreter/dispatch.hpp"
namespace nlsq::reduce {

using engine::Isa;

const Float32Kernels& float32_kernels(Isa wanted) {
  static const std::array<Float32Kernels, 5> all = [] {
    std::array<Float32Kernels, 5> made{};
    for (const Isa isa : {Isa::portable, Isa::sse4, Isa::avx2, Isa::avx512, Isa::neon}) {
      Float32Kernels& kernels = made[static_cast<std::size_t>(isa)];
      NLSQ_DISPATCH(isa, fill(kernels))
    }
    return made;
  }();
  return all[static_cast<std::size_t>(wanted)];
}

}  // namespace nlsq::reduce
#endif
