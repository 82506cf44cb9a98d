// SPDX-License-Identifier: MIT
// SIMD inner loops of the folds. Accumulators stay apart by lane until a leaf ends, rows always in
// the same lane of a vector (row i in lane i mod L, L the vector length or twice that, as the shape
// of the tile has it), so block sizes do not change a bit.
#pragma once

#include "engine/interpreter/kernels.hpp"
#include "nlsq/types.hpp"

namespace nlsq::reduce {

/// Entries of the lower triangle of a q×q Gram matrix, row by row: (i, j ≤ i) is at i(i+1)/2 + j.
constexpr index_t packed_size(index_t q) { return q * (q + 1) / 2; }
constexpr index_t packed_index(index_t i, index_t j) { return i * (i + 1) / 2 + j; }

struct FoldKernels {
  int lanes = 1;
  /// acc[packed_size(q)][lanes] += products of all pairs of the q columns over n rows (any n; reads
  /// up to the next multiple of 16, values beyond n are selected away).
  void (*gram)(const double* const* columns, int q, index_t n, double* acc) = nullptr;
  /// gram with the last column made on the way by an instruction of the program, `last`. A column
  /// that is null is 1 in all rows.
  using GramWithLast = void (*)(const engine::Call& last, const double* const* columns, index_t n,
                                double* acc);
  /// The one for q columns, one of them null where `with_one`; null itself where there is none: for
  /// few columns and instructions that end residuals.
  GramWithLast (*gram_with_last)(const program::Instruction& last, int q, bool with_one) = nullptr;
  /// acc[k][lanes] += Σ u·columns[j] over n rows.
  void (*project)(const double* const* columns, int k, const double* u, index_t n,
                  double* acc) = nullptr;
  /// acc[lanes] += Σ x over n rows.
  void (*sum)(const double* x, index_t n, double* acc) = nullptr;
  /// out[j] = Σ_i m[i + j·k] columns[i], for j < count, n a multiple of 16; zero coefficients are
  /// skipped.
  void (*combine)(const double* const* columns, int k, const double* m, int count, index_t n,
                  double* const* out) = nullptr;
  /// out[j] = columns[j]·s, n a multiple of 16.
  void (*scale)(const double* const* columns, int k, const double* s, index_t n,
                double* const* out) = nullptr;
};

const FoldKernels& fold_kernels(engine::Isa isa);

}  // namespace nlsq::reduce
