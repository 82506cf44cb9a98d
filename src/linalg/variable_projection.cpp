// SPDX-License-Identifier: MIT
#include "linalg/variable_projection.hpp"

#include <algorithm>
#include <cmath>

#include "linalg/gram.hpp"
#include "linalg/householder.hpp"

namespace nlsq::linalg {
namespace {

constexpr double kDependent = 1e-11;  // of a column: what is left of it is rounding
constexpr double kNoSlope = 1e-13;    // cosine of a column and the residual that is rounding

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

double column_norm(const Summary& at, index_t j) {
  double square = 0.0;
  for (index_t i = 0; i <= j; ++i) square += at.R[z(i + j * at.n)] * at.R[z(i + j * at.n)];
  return std::sqrt(square);
}

double half_square(std::span<const double> v) {
  double sum = 0.0;
  for (const double x : v) sum += x * x;
  return 0.5 * sum;
}

// Diagonal not negative, as triangles of other folds.
void turn_rows(Summary& sum) {
  for (index_t i = 0; i < sum.n; ++i) {
    if (!(sum.R[z(i + i * sum.n)] < 0.0)) continue;
    for (index_t j = i; j < sum.n; ++j) sum.R[z(i + j * sum.n)] = -sum.R[z(i + j * sum.n)];
    sum.qtf[z(i)] = -sum.qtf[z(i)];
  }
}

// What a summary has beside its triangle and qtf.
void complete(const Summary& at, double cost, double kappa, Summary& sum) {
  multiply_transposed_upper(sum.R, sum.n, sum.qtf, sum.g);
  sum.rows = at.rows;
  sum.cost = cost;
  sum.sum_f2 = 2.0 * cost;
  sum.fold = at.fold;
  sum.kappa = std::max(at.kappa, kappa);
  sum.finite = at.finite && std::isfinite(cost);
}

}  // namespace

index_t SeparatedColumns::columns() const {
  index_t count = linear;
  for (const std::vector<Piece>& of_one : pieces) count += static_cast<index_t>(of_one.size());
  return count;
}

VariableProjection::VariableProjection(const SeparatedColumns& columns,
                                       std::span<const double> lower, std::span<const double> upper)
    : columns_(&columns), lower_(lower), upper_(upper), width_(columns.columns()) {
  const auto is_finite = [](double bound) { return std::isfinite(bound); };
  bounded_ = std::any_of(lower.begin(), lower.end(), is_finite) ||
             std::any_of(upper.begin(), upper.end(), is_finite);
  plain_ = true;
  for (index_t k = 0; k < columns.nonlinear(); ++k) {
    const auto& pieces = columns.pieces[z(k)];
    plain_ = plain_ && pieces.size() == 1 && pieces.front().column == columns.linear + k;
  }
  slopes_.resize(z(columns.linear * columns.nonlinear()));
}

// Column k of ∂f/∂α in the rows of the augmented triangle.
void VariableProjection::combine(const Summary& at, std::span<const double> c, index_t k,
                                 double* out) const {
  std::fill_n(out, width_, 0.0);
  for (const SeparatedColumns::Piece& piece : columns_->pieces[z(k)]) {
    const double factor = piece.factor < 0 ? 1.0 : c[z(piece.factor)];
    const double* const from = at.R.data() + piece.column * width_;
    for (index_t i = 0; i <= piece.column; ++i) out[i] += factor * from[i];
  }
}

// Columns that depend on those before them stay where they are.
void VariableProjection::keep_independent(const Summary& at) {
  is_free_.assign(z(columns_->linear), false);
  free_.clear();
  for (index_t j = 0; j < columns_->linear; ++j) {
    if (!(std::abs(at.R[z(j + j * width_)]) > kDependent * column_norm(at, j))) continue;
    is_free_[z(j)] = true;
    free_.push_back(j);
  }
}

// A step towards the best values of those that are free, up to the first bound, which then holds
// the parameter; true if none stopped it.
bool VariableProjection::improve_free(const Summary& at, std::span<const double> c) {
  const index_t count = static_cast<index_t>(free_.size()), rows = columns_->linear;
  moved_.assign(z(rows), 0.0);
  if (count == 0) return true;
  if (!bounded_ && count == rows) {
    for (index_t j = rows; j-- > 0;) {
      double value = -rest_[z(j)];
      for (index_t l = j + 1; l < rows; ++l) value -= at.R[z(j + l * width_)] * moved_[z(l)];
      moved_[z(j)] = value / at.R[z(j + j * width_)];
    }
    return true;
  }
  const index_t size = count + 1;
  work_.assign(z(rows * size), 0.0);
  for (index_t f = 0; f < count; ++f) {
    const index_t j = free_[z(f)];
    std::copy_n(at.R.data() + j * width_, j + 1, work_.data() + f * rows);
  }
  std::copy_n(rest_.data(), rows, work_.data() + count * rows);
  triangle_.assign(z(size * size), 0.0);
  householder_triangle(work_.data(), rows, size, rows, triangle_.data());
  for (index_t f = count; f-- > 0;) {
    double value = -triangle_[z(f + count * size)];
    for (index_t l = f + 1; l < count; ++l)
      value -= triangle_[z(f + l * size)] * moved_[z(free_[z(l)])];
    const double pivot = triangle_[z(f + f * size)];
    moved_[z(free_[z(f)])] = pivot != 0.0 ? value / pivot : 0.0;
  }
  double share = 1.0;
  for (const index_t j : free_) {
    const double to = c[z(j)] + moved_[z(j)];
    const double bound = to < lower_[z(j)] ? lower_[z(j)] : to > upper_[z(j)] ? upper_[z(j)] : to;
    if (bound != to) share = std::min(share, (bound - c[z(j)]) / moved_[z(j)]);
  }
  for (double& step : moved_) step *= share;
  return share == 1.0;
}

// Frees the parameter at a bound whose slope leads farthest inside.
bool VariableProjection::release_one(const Summary& at, std::span<const double> c) {
  const double size = std::sqrt(2.0 * half_square({rest_.data(), z(width_)}));
  index_t best = -1;
  double most = kNoSlope * size;
  for (index_t j = 0; j < columns_->linear; ++j) {
    const double norm = column_norm(at, j);
    if (is_free_[z(j)] || !(norm > 0.0)) continue;
    double slope = 0.0;
    for (index_t i = 0; i <= j; ++i) slope += at.R[z(i + j * width_)] * rest_[z(i)];
    const bool leads_inside = slope < 0.0 ? c[z(j)] < upper_[z(j)] : c[z(j)] > lower_[z(j)];
    if (!leads_inside || !(std::abs(slope) / norm > most)) continue;
    most = std::abs(slope) / norm;
    best = j;
  }
  if (best < 0) return false;
  is_free_[z(best)] = true;
  free_.insert(std::upper_bound(free_.begin(), free_.end(), best), best);
  return true;
}

// Sets c, rest_ = Qᵀf there, and which of c are free.
void VariableProjection::solve_linear(const Summary& at, std::span<double> c) {
  rest_.assign(at.qtf.begin(), at.qtf.end());
  keep_independent(at);
  const auto follow = [&] {
    for (index_t j = 0; j < columns_->linear; ++j) {
      const double* const column = at.R.data() + j * width_;
      for (index_t i = 0; i <= j; ++i) rest_[z(i)] += column[i] * moved_[z(j)];
    }
  };
  const index_t rounds = bounded_ ? 4 * columns_->linear + 8 : 1;
  for (index_t round = 0; round < rounds; ++round) {
    const bool whole = improve_free(at, c);
    for (const index_t j : free_) {
      const double from = c[z(j)];
      c[z(j)] = std::clamp(from + moved_[z(j)], lower_[z(j)], upper_[z(j)]);
      moved_[z(j)] = c[z(j)] - from;
    }
    follow();
    if (!bounded_) break;
    if (whole) {
      if (!release_one(at, c)) break;
      continue;
    }
    std::erase_if(free_, [&](index_t j) {
      const double near = 1e-12 * std::abs(c[z(j)]);
      const bool is_held = c[z(j)] - lower_[z(j)] <= near || upper_[z(j)] - c[z(j)] <= near;
      if (is_held) is_free_[z(j)] = false;
      return is_held;
    });
  }
  if (static_cast<index_t>(free_.size()) == columns_->linear)
    std::fill_n(rest_.begin(), columns_->linear, 0.0);  // but for rounding
}

// Slopes from a triangle whose first columns are those of the free c and the next those of α.
void VariableProjection::find_slopes(std::span<const double> triangle, index_t size, index_t free) {
  std::fill(slopes_.begin(), slopes_.end(), 0.0);
  for (index_t k = 0; k < columns_->nonlinear(); ++k) {
    double* const slope = slopes_.data() + k * columns_->linear;
    for (index_t f = free; f-- > 0;) {
      double value = -triangle[z(f + (free + k) * size)];
      for (index_t l = f + 1; l < free; ++l)
        value -= triangle[z(f + l * size)] * slope[free_[z(l)]];
      const double pivot = triangle[z(f + f * size)];
      slope[free_[z(f)]] = pivot != 0.0 ? value / pivot : 0.0;
    }
  }
}

// Each α has one column, behind those of all c, which are free: a triangle already.
bool VariableProjection::take_as_it_is(const Summary& at, std::span<const double> c,
                                       Summary& reduced) {
  const index_t linear = columns_->linear, n = columns_->nonlinear();
  if (!plain_ || static_cast<index_t>(free_.size()) != linear) return false;
  triangle_.assign(at.R.begin(), at.R.end());
  for (index_t k = 0; k < n; ++k) {
    const index_t factor = columns_->pieces[z(k)].front().factor;
    if (factor < 0) continue;
    double* const column = triangle_.data() + (linear + k) * width_;
    for (index_t i = 0; i <= linear + k; ++i) column[i] *= c[z(factor)];
  }
  for (index_t k = 0; k < n; ++k)
    std::copy_n(triangle_.data() + linear + (linear + k) * width_, k + 1, reduced.R.data() + k * n);
  std::copy_n(rest_.data() + linear, n, reduced.qtf.data());
  find_slopes(triangle_, width_, linear);
  return true;
}

void VariableProjection::project(const Summary& at, std::span<double> c, Summary& reduced) {
  const index_t n = columns_->nonlinear();
  reduced.resize(n);
  reduced.error = at.error;
  solve_linear(at, c);
  const std::span<const double> before(at.qtf.data(), z(columns_->linear));
  const double cost =
      at.cost - half_square(before) + half_square({rest_.data(), z(columns_->linear)});
  double kappa = 1.0;  // of columns as they were it is no larger than before
  if (!take_as_it_is(at, c, reduced)) {
    const auto free = static_cast<index_t>(free_.size());
    const index_t size = free + n + 1;
    work_.assign(z(width_ * size), 0.0);
    for (index_t f = 0; f < free; ++f) {
      const index_t j = free_[z(f)];
      std::copy_n(at.R.data() + j * width_, j + 1, work_.data() + f * width_);
    }
    for (index_t k = 0; k < n; ++k) combine(at, c, k, work_.data() + (free + k) * width_);
    std::copy_n(rest_.data(), width_, work_.data() + (free + n) * width_);
    triangle_.assign(z(size * size), 0.0);
    householder_triangle(work_.data(), width_, size, width_, triangle_.data());
    for (index_t k = 0; k <= n; ++k) {
      double* const to = k < n ? reduced.R.data() + k * n : reduced.qtf.data();
      const index_t rows = k < n ? k + 1 : n;
      std::copy_n(triangle_.data() + free + (free + k) * size, rows, to);
    }
    find_slopes(triangle_, size, free);
    kappa = kappa_upper(reduced.R, n);
  }
  turn_rows(reduced);
  complete(at, std::max(cost, 0.0), kappa, reduced);
}

void VariableProjection::expand(const Summary& at, std::span<const double> c_before,
                                std::span<const double> c, std::span<const index_t> order,
                                Summary& whole) {
  const auto n = static_cast<index_t>(order.size());
  const index_t size = n + 1;
  whole.resize(n);
  whole.error = at.error;
  work_.assign(z(width_ * size), 0.0);
  for (index_t k = 0; k < n; ++k) {
    double* const to = work_.data() + k * width_;
    const index_t j = order[z(k)] - columns_->nonlinear();
    if (j < 0) {
      combine(at, c, order[z(k)], to);
    } else {
      std::copy_n(at.R.data() + j * width_, j + 1, to);
    }
  }
  double* const rest = work_.data() + n * width_;
  std::copy_n(at.qtf.data(), width_, rest);
  for (index_t j = 0; j < columns_->linear; ++j) {
    for (index_t i = 0; i <= j; ++i)
      rest[i] += at.R[z(i + j * width_)] * (c[z(j)] - c_before[z(j)]);
  }
  const std::span<const double> before(at.qtf.data(), z(columns_->linear));
  const double cost = at.cost - half_square(before) + half_square({rest, z(columns_->linear)});
  triangle_.assign(z(size * size), 0.0);
  householder_triangle(work_.data(), width_, size, width_, triangle_.data());
  for (index_t k = 0; k <= n; ++k) {
    double* const to = k < n ? whole.R.data() + k * n : whole.qtf.data();
    std::copy_n(triangle_.data() + k * size, k < n ? k + 1 : n, to);
  }
  complete(at, std::max(cost, 0.0), kappa_upper(whole.R, n), whole);
}

void VariableProjection::norms(const Summary& at, std::span<const double> c,
                               std::span<double> out) {
  const index_t n = columns_->nonlinear();
  work_.assign(z(width_), 0.0);
  for (index_t k = 0; k < n; ++k) {
    combine(at, c, k, work_.data());
    out[z(k)] = std::sqrt(2.0 * half_square(work_));
  }
  for (index_t j = 0; j < columns_->linear; ++j) out[z(n + j)] = column_norm(at, j);
}

}  // namespace nlsq::linalg
