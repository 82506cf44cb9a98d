// SPDX-License-Identifier: MIT
// Which instruction sets the SIMD files are compiled for. Include before any Highway header. SSSE3 and the
// extended AVX-512 set add nothing here; EMU128, or Highway's scalar target
// where the compiler is too old for it, is the portable fallback.
#pragma once

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
