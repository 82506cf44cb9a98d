// SPDX-License-Identifier: MIT
// Householder's triangle of many rows, a block of them after the other (Golub and Van Loan, Matrix
// Computations, 5.1.1; Demmel, Grigori, Hoemmen, Langou 2012, the flat tree): a block meets the
// triangle of those before while it is in the cache, so that memory is read once. Each reflection
// moves one row of the triangle and all rows of the block.
#pragma once

#include <algorithm>

#include "engine/isa.hpp"
#include "nlsq/types.hpp"

namespace nlsq::reduce {

struct HouseholderKernels {
  static constexpr index_t kLanes = 16;  ///< blocks have a multiple of so many rows

  /// R ← triangle of [R; A]: A rows×q, column-major with its columns `rows` apart, overwritten;
  /// rows a multiple of kLanes. R: q×q, column-major, upper, its diagonal not negative before and
  /// after.
  void (*add_block)(double* A, index_t rows, index_t q, double* R) = nullptr;

  /// Rows of a block of q columns that stays in the first cache.
  static constexpr index_t block_rows(index_t q) {
    constexpr index_t kValues = 3072, kLeast = 2 * kLanes;
    return std::max(kLeast, kValues / q / kLanes * kLanes);
  }
};

const HouseholderKernels& householder_kernels(engine::Isa isa);

}  // namespace nlsq::reduce
