// SPDX-License-Identifier: MIT
// Which instruction sets the SIMD files are compiled for. Include before any Highway header. These
// are listed, and all others disabled, so that a newer Highway adds none by itself: the kernels
// call SLEEF by the names of these sets (kernels_math.cpp), SSSE3 and the extensions of AVX-512 add
// nothing here, and vectors of unknown length (SVE) cannot be kept in arrays, as the folds do.
// EMU128 is the portable fallback, SCALAR where a compiler gets EMU128 wrong (GCC before 12.3).
#pragma once

#define HWY_DISABLED_TARGETS \
  (~(HWY_AVX3 | HWY_AVX2 | HWY_SSE4 | HWY_NEON | HWY_EMU128 | HWY_SCALAR))
