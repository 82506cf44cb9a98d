// SPDX-License-Identifier: MIT
// Arithmetic, comparisons and choices in double precision.
#include "engine/interpreter/kernels.hpp"
#include "engine/targets.hpp"

#define NLSQ_REAL double
#define NLSQ_KERNELS arithmetic
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/interpreter/kernels_arithmetic.cpp"
#include <hwy/foreach_target.h>

#include "engine/interpreter/arithmetic-inl.hpp"

#if HWY_ONCE
#include "engine/interpreter/dispatch.hpp"
namespace nlsq::engine {
void add_arithmetic_kernels(Isa isa, KernelTable& table) {
  NLSQ_DISPATCH(isa, arithmetic::add(table))
}
}  // namespace nlsq::engine
#endif
