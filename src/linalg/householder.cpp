// SPDX-License-Identifier: MIT
// Eigen's unblocked Householder QR in place. The sign convention (diagonal ≥ 0) makes equal data
// give equal bits however it was split.
#include "linalg/householder.hpp"

#include <Eigen/QR>
#include <algorithm>

namespace nlsq::linalg {

void householder_triangle(double* A, index_t rows, index_t columns, index_t stride, double* R) {
  std::fill_n(R, columns * columns, 0.0);
  if (rows == 0 || columns == 0) return;
  using Stride = Eigen::OuterStride<>;
  using Block = Eigen::Map<Eigen::MatrixXd, 0, Stride>;
  Block block(A, rows, columns, Stride(stride));
  Eigen::Ref<Eigen::MatrixXd, 0, Stride> view(block);
  const Eigen::HouseholderQR<Eigen::Ref<Eigen::MatrixXd, 0, Stride>> qr(view);
  const index_t rank_limit = std::min(rows, columns);
  for (index_t i = 0; i < rank_limit; ++i) {
    const double sign = view(i, i) < 0.0 ? -1.0 : 1.0;
    for (index_t j = i; j < columns; ++j) R[i + j * columns] = sign * view(i, j);
  }
}

void merge_triangles(double* R, const double* S, index_t columns) {
  std::vector<double> stacked(static_cast<std::size_t>(2 * columns * columns), 0.0);
  for (index_t j = 0; j < columns; ++j) {
    std::copy_n(R + j * columns, columns, stacked.data() + j * 2 * columns);
    std::copy_n(S + j * columns, columns, stacked.data() + j * 2 * columns + columns);
  }
  householder_triangle(stacked.data(), 2 * columns, columns, 2 * columns, R);
}

}  // namespace nlsq::linalg
