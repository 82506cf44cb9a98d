// SPDX-License-Identifier: MIT
// Householder QR of a tall block, for the folds that need it.
#pragma once

#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::linalg {

/// A: rows×columns, column-major with leading dimension `stride`, overwritten. R: columns×columns,
/// upper, column-major, diagonal ≥ 0; rows that a block with fewer rows than columns cannot fill
/// are zero.
void householder_triangle(double* A, index_t rows, index_t columns, index_t stride, double* R);

/// R ← triangle of [R; S], both columns×columns.
void merge_triangles(double* R, const double* S, index_t columns);

}  // namespace nlsq::linalg
