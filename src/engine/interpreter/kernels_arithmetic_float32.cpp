// SPDX-License-Identifier: MIT
// Arithmetic, comparisons and choices in single precision (docs/adr/0007).
#include "engine/interpreter/kernels.hpp"
#include "engine/targets.hpp"

#define NLSQ_REAL float
#define NLSQ_KERNELS arithmetic_float32
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/interpreter/kernels_arithmetic_float32.cpp"
#include <hwy/foreach_target.h>

#include "engine/interpreter/arithmetic-inl.hpp"

#if HWY_ONCE
#include "engine/interpreter/dispatch.hpp"
namespace nlsq::engine {
void add_arithmetic_kernels_float32(Isa isa, KernelTable& table) {
  NLSQ_DISPATCH(isa, arithmetic_float32::add(table))
}
}  // namespace nlsq::engine
#endif
