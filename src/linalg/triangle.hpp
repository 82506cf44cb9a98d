// SPDX-License-Identifier: MIT
// A small upper triangle with its right-hand side, and the few operations a trust-region step
// needs. Rows are contiguous, so rotations, back substitution and products run along cache lines.
// Row updates are Givens rotations as in MINPACK's qrsolv (Moré 1978, §3); cost n³ flops at most.
// Nothing here allocates after resize(). Not thread-safe: one owner.
#pragma once

#include <cstddef>
#include <span>

#include "linalg/summary.hpp"
#include "nlsq/types.hpp"

namespace nlsq::linalg {

/// The least squares problem min ‖A p + b‖, A upper triangular.
struct Triangle {
  index_t n = 0;
  Matrix a;  ///< n×n, row-major: a[i·n + j], zero below the diagonal
  Vector b;  ///< n

  void resize(index_t parameters);
  double* row(index_t i) { return a.data() + i * n; }
  const double* row(index_t i) const { return a.data() + i * n; }
};

/// A = R·diag(scale), b = qtf.
void load_scaled(const Summary& summary, std::span<const double> scale, Triangle& out);

/// The triangle of R(:, columns)·diag(scale(columns)) with its right-hand side; out.n becomes the
/// number of columns (rising indices). `work`: n values.
void select_columns(const Summary& summary, std::span<const double> scale,
                    std::span<const std::size_t> columns, Triangle& out, std::span<double> work);

/// The triangle of A(:, columns) with right-hand side `rhs` (n values) in place of b; out.n becomes
/// the number of columns (rising indices). `work`: n values.
void restrict_columns(const Triangle& t, std::span<const double> rhs,
                      std::span<const std::size_t> columns, Triangle& out, std::span<double> work);

/// ‖column j‖ of the R of a summary, without overflow for finite entries up to 1e150.
void column_norms(const Summary& summary, std::span<double> out);

/// The triangle of [A; factor·diag(d)] by rotations, the right-hand side below A being zero.
/// `work`: n values.
void append_diagonal(Triangle& t, std::span<const double> d, double factor, std::span<double> work);

/// The triangle of [A; factor·I].
void append_identity(Triangle& t, double factor, std::span<double> work);

/// x ← A⁻¹x. A zero on the diagonal gives inf or NaN: ask `min_diagonal` first.
void solve(const Triangle& t, std::span<double> x);

/// x ← A⁻ᵀx.
void solve_transposed(const Triangle& t, std::span<double> x);

/// out = A v.
void multiply(const Triangle& t, std::span<const double> v, std::span<double> out);

/// out = Aᵀu.
void multiply_transposed(const Triangle& t, std::span<const double> u, std::span<double> out);

/// min over j of |a_jj| / ‖column j‖ (0 for a zero column, 1 for n = 0): near rounding when A is
/// singular, because a column that depends on those before it leaves nothing on the diagonal.
double min_diagonal(const Triangle& t);

double dot(std::span<const double> u, std::span<const double> v);
double norm(std::span<const double> v);

}  // namespace nlsq::linalg
