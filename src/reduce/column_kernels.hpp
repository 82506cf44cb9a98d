// SPDX-License-Identifier: MIT
// Sums over one column of data, for the instruction set chosen at run time.
#pragma once

#include "engine/isa.hpp"
#include "nlsq/types.hpp"

namespace nlsq::reduce {

struct ShiftedSums {
  double d = 0.0;   ///< Σ(y − y₀)
  double dd = 0.0;  ///< Σ(y − y₀)²
};

struct ColumnKernels {
  /// 32 running sums, row i into sum i mod 32, added pairwise at the end: the same bits with every
  /// instruction set.
  ShiftedSums (*shifted_sums)(const double* y, index_t n, double y0) = nullptr;
  /// No NaN and no infinity among n values.
  bool (*all_finite)(const double* y, index_t n) = nullptr;
};

const ColumnKernels& column_kernels(engine::Isa isa);

}  // namespace nlsq::reduce
