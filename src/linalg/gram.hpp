// SPDX-License-Identifier: MIT
// Fold algebra: from Gram matrices in some coordinates P to triangles, and how far to trust them
// (Yamamoto et al. 2015; Fukaya et al. 2020, shifted CholeskyQR). Matrices are n×n, column-major,
// upper triangles.
#pragma once

#include <span>

#include "linalg/vector.hpp"
#include "nlsq/types.hpp"

namespace nlsq::linalg {

struct Factor {
  bool ok = false;  ///< all pivots positive
  Matrix R;         ///< upper triangle, RᵀR = G (shifted when asked)
  Matrix inverse;   ///< R⁻¹
  double kappa =
      0.0;  ///< ‖R D⁻¹‖_F‖D R⁻¹‖_F, D the column norms: an upper bound of κ₂, at most n times it
};

/// Cholesky of the symmetric matrix G (upper triangle read). `shift`, relative to each diagonal
/// element, is added before factoring. A zero column counts as length 1 and needs a shift.
void factor_gram(const Matrix& G, index_t n, double shift, Factor& out);

/// R ← A·B for upper triangles.
void multiply_upper(const Matrix& A, const Matrix& B, index_t n, Matrix& R);

/// R⁻¹ of an upper triangle with a non-zero diagonal.
void invert_upper(const Matrix& R, index_t n, Matrix& inverse);

/// κ bound as in Factor for an upper triangle; infinite when a diagonal element vanishes.
double kappa_upper(const Matrix& R, index_t n);

/// out = Rᵀ x.
void multiply_transposed_upper(const Matrix& R, index_t n, std::span<const double> x,
                               std::span<double> out);

/// Solves Rᵀ x = b in place; components with a zero diagonal element become 0.
void solve_transposed_upper(const Matrix& R, index_t n, std::span<double> b);

}  // namespace nlsq::linalg
