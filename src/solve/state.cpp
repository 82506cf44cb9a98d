// SPDX-License-Identifier: MIT
// Construction and norms of the minimizer's state.
#include "solve/state.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linalg/least_norm.hpp"
#include "linalg/triangle.hpp"

namespace nlsq::solve {

State::State(index_t parameters, index_t row_count, std::span<const double> lo,
             std::span<const double> hi, bool has_local_models)
    : n(parameters), rows(row_count), lower(lo), upper(hi), local(has_local_models) {
  const auto size = static_cast<std::size_t>(n);
  for (Point& point : points) {
    point.x.resize(size);
    if (local) {
      point.sum.resize_local(n);
    } else {
      point.sum.resize(n);
    }
  }
  step.resize(size);
  scale.assign(size, 1.0);
  column_norm.resize(size);
  largest.assign(size, 0.0);
  const auto finite = [](double bound) { return std::isfinite(bound); };
  bounded = std::any_of(lower.begin(), lower.end(), finite) ||
            std::any_of(upper.begin(), upper.end(), finite);
}

void accept(State& state) {
  std::swap(state.here, state.trial);
  ++state.njev;
  ++state.iterations;
  for (std::size_t j = 0; j < state.largest.size(); ++j) {
    state.largest[j] = std::max(state.largest[j], std::abs(state.here->x[j]));
  }
}

double residual_norm(const linalg::Summary& sum) { return std::sqrt(2.0 * sum.cost); }

void measure_columns(State& state) {
  const linalg::Summary& sum = state.here->sum;
  linalg::column_norms(sum, state.column_norm);
  const double f = residual_norm(sum);
  if (state.linear_loss || f == 0.0) return;
  for (std::size_t j = 0; j < sum.g.size(); ++j) {
    state.column_norm[j] = std::max(state.column_norm[j], std::abs(sum.g[j]) / f);
  }
}

namespace {
constexpr double kExplained = 1e-8;  // of ‖f‖ and a column: a part of the gradient that is rounding
}

bool complete(const State& state) {
  if (state.linear_loss) return true;
  const linalg::Summary& sum = state.here->sum;
  const double f = residual_norm(sum);
  for (std::size_t j = 0; j < sum.g.size(); ++j) {
    const double* column = sum.R.data() + static_cast<index_t>(j) * state.n;
    double explained = 0.0;
    for (std::size_t i = 0; i <= j; ++i) explained += column[i] * sum.qtf[i];
    if (std::abs(sum.g[j] - explained) > kExplained * state.column_norm[j] * f) return false;
  }
  return true;
}

bool in_range(std::span<const double> g, std::span<const double> null, const State& state) {
  if (state.linear_loss || null.empty()) return true;
  return linalg::null_part(null, g) <= kExplained * residual_norm(state.here->sum);
}

double scaled_norm(std::span<const double> v, std::span<const double> scale) {
  double square = 0.0;
  for (std::size_t j = 0; j < v.size(); ++j) square += (v[j] / scale[j]) * (v[j] / scale[j]);
  return std::sqrt(square);
}

}  // namespace nlsq::solve
