// SPDX-License-Identifier: MIT
// NLSQ_DISPATCH(isa, call): runs N_<target>::call for the instruction set chosen at run time. For
// the HWY_ONCE part of a SIMD file; an instruction set that is not compiled in does nothing.
#pragma once

#if HWY_TARGETS & HWY_AVX3
#define NLSQ_IF_AVX512(call) N_AVX3::call
#else
#define NLSQ_IF_AVX512(call) (void)0
#endif
#if HWY_TARGETS & HWY_AVX2
#define NLSQ_IF_AVX2(call) N_AVX2::call
#else
#define NLSQ_IF_AVX2(call) (void)0
#endif
#if HWY_TARGETS & HWY_SSE4
#define NLSQ_IF_SSE4(call) N_SSE4::call
#else
#define NLSQ_IF_SSE4(call) (void)0
#endif
#if HWY_TARGETS & HWY_NEON
#define NLSQ_IF_NEON(call) N_NEON::call
#else
#define NLSQ_IF_NEON(call) (void)0
#endif
#if HWY_TARGETS & HWY_EMU128
#define NLSQ_IF_PORTABLE(call) N_EMU128::call
#elif HWY_TARGETS & HWY_SCALAR
// NOTE: Highway replaces EMU128 by its one-lane target on GCC before 12.3.
#define NLSQ_IF_PORTABLE(call) N_SCALAR::call
#else
#define NLSQ_IF_PORTABLE(call) (void)0
#endif

#define NLSQ_DISPATCH(isa, call)                       \
  switch (isa) {                                       \
    case Isa::avx512: NLSQ_IF_AVX512(call); break;     \
    case Isa::avx2: NLSQ_IF_AVX2(call); break;         \
    case Isa::sse4: NLSQ_IF_SSE4(call); break;         \
    case Isa::neon: NLSQ_IF_NEON(call); break;         \
    case Isa::portable: NLSQ_IF_PORTABLE(call); break; \
  }
