// SPDX-License-Identifier: MIT
// Construction and norms of the minimizer's state.
#include "solve/state.hpp"

#include <cmath>

namespace nlsq::solve {

State::State(index_t parameters, index_t row_count, std::span<const double> lo,
             std::span<const double> hi)
    : n(parameters), rows(row_count), lower(lo), upper(hi) {
  const auto size = static_cast<std::size_t>(n);
  for (Point* point : {&here, &trial}) {
    point->x.resize(size);
    point->sum.resize(n);
  }
  step.resize(size);
  scale.assign(size, 1.0);
  column_norm.resize(size);
  largest.assign(size, 0.0);
}

double residual_norm(const linalg::Summary& sum) { return std::sqrt(2.0 * sum.cost); }

double scaled_norm(std::span<const double> v, std::span<const double> scale) {
  double square = 0.0;
  for (std::size_t j = 0; j < v.size(); ++j) square += (v[j] / scale[j]) * (v[j] / scale[j]);
  return std::sqrt(square);
}

}  // namespace nlsq::solve
