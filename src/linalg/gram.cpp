// SPDX-License-Identifier: MIT
// Plain loops: n is small, and allocation or a library call would cost more than the arithmetic.
#include "linalg/gram.hpp"

#include <cmath>
#include <limits>

namespace nlsq::linalg {
namespace {

std::size_t at(index_t i, index_t j, index_t n) { return static_cast<std::size_t>(i + j * n); }
std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Upper Cholesky of the unit-diagonal matrix in R, in place; false when a pivot is not positive.
bool cholesky_in_place(Matrix& R, index_t n) {
  for (index_t j = 0; j < n; ++j) {
    double pivot = R[at(j, j, n)];
    for (index_t k = 0; k < j; ++k) pivot -= R[at(k, j, n)] * R[at(k, j, n)];
    // Below this the pivot is rounding noise of a matrix with a unit diagonal.
    if (!(pivot > static_cast<double>(n) * std::numeric_limits<double>::epsilon())) return false;
    pivot = std::sqrt(pivot);
    R[at(j, j, n)] = pivot;
    for (index_t i = j + 1; i < n; ++i) {
      double sum = R[at(j, i, n)];
      for (index_t k = 0; k < j; ++k) sum -= R[at(k, j, n)] * R[at(k, i, n)];
      R[at(j, i, n)] = sum / pivot;
    }
  }
  return true;
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
  inverse.assign(z(n * n), 0.0);
  for (index_t j = 0; j < n; ++j) {
    inverse[at(j, j, n)] = 1.0 / R[at(j, j, n)];
    for (index_t i = j; i-- > 0;) {
      double sum = 0.0;
      for (index_t k = i + 1; k <= j; ++k) sum += R[at(i, k, n)] * inverse[at(k, j, n)];
      inverse[at(i, j, n)] = -sum / R[at(i, i, n)];
    }
  }
}

void factor_gram(const Matrix& G, index_t n, double shift, Factor& out) {
  std::vector<double>& R = out.R;
  R.assign(z(n * n), 0.0);
  out.ok = false;
  double scale[64];
  std::vector<double> many;
  double* D = scale;
  if (n > 64) {
    many.resize(z(n));
    D = many.data();
  }
  for (index_t j = 0; j < n; ++j) {
    const double g = G[at(j, j, n)];
    if (!std::isfinite(g)) return;
    D[j] = g > 0.0 ? std::sqrt(g) : 1.0;
  }
  for (index_t j = 0; j < n; ++j) {
    for (index_t i = 0; i < j; ++i) R[at(i, j, n)] = G[at(i, j, n)] / D[i] / D[j];
    R[at(j, j, n)] = (G[at(j, j, n)] > 0.0 ? 1.0 : 0.0) + shift;
  }
  if (!cholesky_in_place(R, n)) return;
  invert_upper(R, n, out.inverse);
  out.kappa = frobenius(R, n) * frobenius(out.inverse, n);
  for (index_t j = 0; j < n; ++j) {
    for (index_t i = 0; i <= j; ++i) {
      R[at(i, j, n)] *= D[j];
      out.inverse[at(i, j, n)] /= D[i];
    }
  }
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
