// SPDX-License-Identifier: MIT
#include "linalg/local_model.hpp"

#include "linalg/triangle.hpp"

namespace nlsq::linalg {

double LocalModel::product(std::span<const double> u, std::span<const double> v,
                           std::span<const double> scale) const {
  std::vector<double> image(v.size());
  multiply(v, scale, image);
  return dot(u, image);
}

std::vector<double> LocalSolver::inverse_diagonal() const {
  const auto n = static_cast<std::size_t>(n_);
  std::vector<double> diagonal(n), column(n);
  for (std::size_t j = 0; j < n; ++j) {
    column.assign(n, 0.0);
    column[j] = 1.0;
    solve(column);
    diagonal[j] = column[j];
  }
  return diagonal;
}

index_t LocalSolver::pivots_below(double /*limit*/) const { return 0; }

}  // namespace nlsq::linalg
