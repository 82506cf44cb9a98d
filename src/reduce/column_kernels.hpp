// SPDX-License-Identifier: MIT
// Sums over one column of data, for the instruction set chosen at run time.
#pragma once

#include <cstdint>

#include "engine/isa.hpp"
#include "nlsq/types.hpp"

namespace nlsq::reduce {

struct ShiftedSums {
  double d = 0.0;   ///< Σ(y − y₀)
  double dd = 0.0;  ///< Σ(y − y₀)²
};

struct NeighbourSums {
  double one = 0.0, one_squares = 0.0;    ///< Σ rᵢ rᵢ₊₁ and Σ (rᵢ rᵢ₊₁)²
  double four = 0.0, four_squares = 0.0;  ///< the same of rᵢ (rᵢ₊₁ + … + rᵢ₊₄)
  double skipped = 0.0;                   ///< Σ rᵢ rᵢ₊₂
  double energy = 0.0;                    ///< Σ rᵢ²
  bool rises = true;                      ///< xᵢ < xᵢ₊₁ for all i
  bool falls = true;
};

struct ColumnKernels {
  /// 32 running sums, row i into sum i mod 32, added pairwise at the end: the same bits with every
  /// instruction set.
  ShiftedSums (*shifted_sums)(const double* y, index_t n, double y0) = nullptr;
  /// No NaN and no infinity among n values.
  bool (*all_finite)(const double* y, index_t n) = nullptr;
  /// Of n values r and their places x; 8 running sums, so the same bits with every instruction set.
  NeighbourSums (*neighbours)(const double* r, const double* x, index_t n) = nullptr;
  /// A number that tells n bytes, up to some 64 KiB, from others: of 32 interleaved streams of
  /// 64-bit words, each word's high half mixed into its low one, the sums and the sums of the
  /// partial sums (as Fletcher's checksum), so that order counts. The same with every instruction
  /// set.
  std::uint64_t (*fingerprint)(const void* bytes, index_t n) = nullptr;
};

const ColumnKernels& column_kernels(engine::Isa isa);

}  // namespace nlsq::reduce
