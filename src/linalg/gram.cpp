// SPDX-License-Identifier: MIT
// Plain loops: n is small, and allocation or a library call would cost more than the arithmetic.
#include "linalg/gram.hpp"

#include <cmath>
#include <limits>

namespace nlsq::linalg {
namespace {

std::size_t at(index_t i, index_t j, index_t n) { return static_cast<std::size_t>(i + j * n); }
std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Upper Cholesky in place and the reciprocals of its diagonal; false when a pivot is not positive.
bool cholesky_in_place(Matrix& matrix, index_t n, double* reciprocal) {
  double* const R = matrix.data();
  for (index_t j = 0; j < n; ++j) {
    double* const column = R + j * n;
    double pivot = column[j];
    // Below this the pivot is rounding noise.
    const double noise = static_cast<double>(n) * std::numeric_limits<double>::epsilon() * pivot;
    for (index_t k = 0; k < j; ++k) pivot -= column[k] * column[k];
    if (!(pivot > noise)) return false;
    column[j] = std::sqrt(pivot);
    reciprocal[j] = 1.0 / column[j];
    for (index_t i = j + 1; i < n; ++i) {
      double* const other = R + i * n;
      double sum = other[j];
      for (index_t k = 0; k < j; ++k) sum -= column[k] * other[k];
      other[j] = sum * reciprocal[j];
    }
  }
  return true;
}

// R⁻¹ of an upper triangle whose diagonal has these reciprocals.
void invert_upper(const Matrix& matrix, index_t n, const double* reciprocal, Matrix& out) {
  out.assign(z(n * n), 0.0);
  const double* const R = matrix.data();
  double* const inverse = out.data();
  for (index_t j = 0; j < n; ++j) {
    double* const column = inverse + j * n;
    column[j] = reciprocal[j];
    for (index_t above = 1; above <= j; ++above) {
      const index_t i = j - above;
      double sum = 0.0;
      for (index_t k = i + 1; k <= j; ++k) sum += R[i + k * n] * column[k];
      column[i] = -sum * reciprocal[i];
    }
  }
}

double frobenius(const Matrix& A, index_t n) {
  double sum = 0.0;
  for (index_t j = 0; j < n; ++j) {
    for (index_t i = 0; i <= j; ++i) sum += A[at(i, j, n)] * A[at(i, j, n)];
  }
  return std::sqrt(sum);
}

}  // namespace

void invert_upper(const Matrix& R, index_t n, Matrix& inverse) {
  Vector reciprocal(z(n));
  for (index_t j = 0; j < n; ++j) reciprocal[z(j)] = 1.0 / R[at(j, j, n)];
  invert_upper(R, n, reciprocal.data(), inverse);
}

// Cholesky's error does not depend on the scale of the columns (Higham 2002, §10.1), so G is
// factored as it is; only κ is that of columns of length 1: ‖R D⁻¹‖² is their number, and ‖D R⁻¹‖²
// = Σ D_i² (R⁻¹)_ij² with D_i² = G_ii.
void factor_gram(const Matrix& gram, index_t n, double shift, Factor& out) {
  out.ok = false;
  out.R.assign(z(n * n), 0.0);
  Vector of_pivot(z(n));  // reciprocals
  const double* const G = gram.data();
  double* const R = out.R.data();
  double columns = 0.0;  // ‖R D⁻¹‖²
  for (index_t j = 0; j < n; ++j) {
    for (index_t i = 0; i < j; ++i) R[i + j * n] = G[i + j * n];
    const double g = G[j + j * n];
    if (!std::isfinite(g)) return;
    R[j + j * n] = g + shift * (g > 0.0 ? g : 1.0);
    columns += (g > 0.0 ? 1.0 : 0.0) + shift;
  }
  if (!cholesky_in_place(out.R, n, of_pivot.data())) return;
  invert_upper(out.R, n, of_pivot.data(), out.inverse);
  const double* const inverse = out.inverse.data();
  double rows = 0.0;  // ‖D R⁻¹‖²
  for (index_t j = 0; j < n; ++j) {
    for (index_t i = 0; i <= j; ++i) {
      const double g = G[i + i * n];
      rows += inverse[i + j * n] * (g > 0.0 ? g : 1.0) * inverse[i + j * n];
    }
  }
  out.kappa = std::sqrt(columns * rows);
  out.ok = std::isfinite(out.kappa);
}

void multiply_upper(const Matrix& A, const Matrix& B, index_t n, Matrix& R) {
  Matrix product(z(n * n), 0.0);
  for (index_t j = 0; j < n; ++j) {
    for (index_t k = 0; k <= j; ++k) {
      const double b = B[at(k, j, n)];
      for (index_t i = 0; i <= k; ++i) product[at(i, j, n)] += A[at(i, k, n)] * b;
    }
  }
  R.swap(product);
}

double kappa_upper(const Matrix& R, index_t n) {
  if (n == 0) return 1.0;
  Matrix scaled(R);
  for (index_t j = 0; j < n; ++j) {
    double sum = 0.0;
    for (index_t i = 0; i <= j; ++i) sum = std::hypot(sum, R[at(i, j, n)]);
    if (!(sum > 0.0) || R[at(j, j, n)] == 0.0) return std::numeric_limits<double>::infinity();
    for (index_t i = 0; i <= j; ++i) scaled[at(i, j, n)] /= sum;
  }
  Matrix inverse;
  invert_upper(scaled, n, inverse);
  const double kappa = frobenius(scaled, n) * frobenius(inverse, n);
  return std::isfinite(kappa) ? kappa : std::numeric_limits<double>::infinity();
}

void multiply_transposed_upper(const Matrix& R, index_t n, std::span<const double> x,
                               std::span<double> out) {
  for (index_t j = 0; j < n; ++j) {
    double sum = 0.0;
    for (index_t i = 0; i <= j; ++i) sum += R[at(i, j, n)] * x[z(i)];
    out[z(j)] = sum;
  }
}

void solve_transposed_upper(const Matrix& R, index_t n, std::span<double> b) {
  for (index_t j = 0; j < n; ++j) {
    double sum = b[z(j)];
    for (index_t i = 0; i < j; ++i) sum -= R[at(i, j, n)] * b[z(i)];
    b[z(j)] = R[at(j, j, n)] != 0.0 ? sum / R[at(j, j, n)] : 0.0;
  }
}

}  // namespace nlsq::linalg
