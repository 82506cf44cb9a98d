// SPDX-License-Identifier: MIT
// SIMD inner loops of passes in single precision (docs/adr/0007). Accumulators stay apart by lane
// until a leaf ends, so block sizes do not change a bit.
#pragma once

#include "engine/isa.hpp"
#include "nlsq/types.hpp"

namespace nlsq::reduce {

struct Float32Kernels {
  int lanes = 1;
  /// acc[packed_size(q)][lanes] += products of all pairs of the q columns over n rows (any n; reads
  /// up to the next multiple of 16, values beyond n are selected away).
  void (*gram)(const float* const* columns, int q, index_t n, float* acc) = nullptr;
  /// Rounds n values.
  void (*narrow)(const double* from, index_t n, float* to) = nullptr;
};

const Float32Kernels& float32_kernels(engine::Isa isa);

}  // namespace nlsq::reduce
