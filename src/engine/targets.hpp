// SPDX-License-Identifier: MIT
// Which instruction sets the SIMD files are compiled for. Include before any Highway header. SSSE3
// and the extended AVX-512 set add nothing here; vectors of unknown length (SVE) cannot be kept in
// arrays, as the folds do; EMU128 is the portable fallback.
#pragma once

#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
