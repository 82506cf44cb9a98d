// SPDX-License-Identifier: MIT
#include "search/projection.hpp"

#include <algorithm>
#include <cmath>

namespace nlsq::search {
namespace {

constexpr double kDependent = 1e-11;  // part of a column that is not rounding

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Eight sums, so that the compiler may use vectors.
double dot(const double* a, const double* b, std::size_t n) {
  double sum[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) sum[k] += a[i + k] * b[i + k];
  }
  double total = ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
  for (; i < n; ++i) total += a[i] * b[i];
  return total;
}

void subtract(double* a, const double* b, double factor, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) a[i] -= factor * b[i];
}

std::vector<const void*> pointers_to(const Sample& sample) {
  std::vector<const void*> pointers;
  for (const std::vector<double>& column : sample.columns) pointers.push_back(column.data());
  return pointers;
}

}  // namespace

Projection::Projection(const SearchModel& model, const Sample& sample, engine::Isa isa,
                       std::span<const double> lower, std::span<const double> upper)
    : model_(&model),
      sample_(&sample),
      lower_(lower),
      upper_(upper),
      uniforms_(model.columns, isa),
      interpreter_(model.columns, uniforms_, isa, sample.padded),
      pointers_(pointers_to(sample)),
      k_(model.linear.size()),
      stride_(z(sample.padded)),
      rows_(z(sample.rows)),
      plain_((k_ + 1) * stride_),
      work_((k_ + 1) * stride_),
      triangle_((k_ + 1) * (k_ + 1)),
      solution_(k_),
      held_(k_),
      is_held_(k_),
      is_out_(k_, false) {
  for (const index_t slot : model.linear)
    bounded_ = bounded_ || std::isfinite(lower[z(slot)]) || std::isfinite(upper[z(slot)]);
}

void Projection::use_only(std::span<const std::size_t> columns) {
  is_out_.assign(k_, !columns.empty());
  for (const std::size_t column : columns) is_out_[column] = false;
}

// Column k is y − base.
bool Projection::load(std::span<const double> slots) {
  uniforms_.evaluate(slots);
  interpreter_.begin_pass();
  interpreter_.run(pointers_, sample_->padded);
  double check = 0.0;
  const double* const weight = sample_->weight.data();
  const double* const base = interpreter_.output(model_->columns.outputs[0]);
  double* const last = plain_.data() + k_ * stride_;
  for (std::size_t i = 0; i < rows_; ++i) {
    last[i] = (sample_->y[i] - base[i]) * weight[i];
    check += last[i] * 0.0;
  }
  for (std::size_t j = 0; j < k_; ++j) {
    const double* const from = interpreter_.output(model_->columns.outputs[j + 1]);
    double* const to = plain_.data() + j * stride_;
    for (std::size_t i = 0; i < rows_; ++i) {
      to[i] = from[i] * weight[i];
      check += to[i] * 0.0;
    }
  }
  return check == 0.0;
}

// Least squares in the columns that are not held; sets solution_, returns the sum of squares.
double Projection::project() {
  work_ = plain_;
  double* const y = work_.data() + k_ * stride_;
  std::vector<double> scale(k_, 0.0);
  for (std::size_t j = 0; j < k_; ++j) {
    if (is_out_[j]) continue;
    double* const column = work_.data() + j * stride_;
    if (is_held_[j]) {
      subtract(y, column, held_[j], rows_);
      continue;
    }
    // In two steps, so that squares neither overflow nor vanish.
    double most = 0.0;
    for (std::size_t i = 0; i < rows_; ++i) most = std::max(most, std::abs(column[i]));
    if (!(most > 0.0)) continue;
    for (std::size_t i = 0; i < rows_; ++i) column[i] /= most;
    const double norm = std::sqrt(dot(column, column, rows_));
    for (std::size_t i = 0; i < rows_; ++i) column[i] /= norm;
    scale[j] = most * norm;
  }
  const std::size_t width = k_ + 1;
  for (std::size_t j = 0; j < k_; ++j) {
    if (scale[j] == 0.0) continue;
    double* const column = work_.data() + j * stride_;
    const double norm = std::sqrt(dot(column, column, rows_));
    if (!(norm > kDependent)) {
      scale[j] = 0.0;
      continue;
    }
    triangle_[j + j * width] = norm;
    for (std::size_t i = 0; i < rows_; ++i) column[i] /= norm;
    for (std::size_t l = j + 1; l <= k_; ++l) {
      if (l < k_ && scale[l] == 0.0) continue;
      double* const other = work_.data() + l * stride_;
      const double part = dot(column, other, rows_);
      triangle_[j + l * width] = part;
      subtract(other, column, part, rows_);
    }
  }
  for (std::size_t j = k_; j-- > 0;) {
    if (scale[j] == 0.0) {
      solution_[j] = is_held_[j] ? held_[j] : 0.0;
      continue;
    }
    double value = triangle_[j + k_ * width];
    for (std::size_t l = j + 1; l < k_; ++l) {
      if (scale[l] != 0.0) value -= triangle_[j + l * width] * solution_[l];
    }
    solution_[j] = value / triangle_[j + j * width];
  }
  for (std::size_t j = 0; j < k_; ++j) {
    if (scale[j] != 0.0) solution_[j] /= scale[j];
  }
  return dot(y, y, rows_);
}

double Projection::solve(std::span<double> slots) {
  if (!load(slots)) return INFINITY;
  is_held_.assign(k_, false);
  double squares = project();
  for (std::size_t round = 0; bounded_ && round < k_; ++round) {
    bool any = false;
    for (std::size_t j = 0; j < k_; ++j) {
      const double low = lower_[z(model_->linear[j])], high = upper_[z(model_->linear[j])];
      if (is_held_[j] || is_out_[j] || (solution_[j] >= low && solution_[j] <= high)) continue;
      held_[j] = solution_[j] < low ? low : high;
      is_held_[j] = any = true;
    }
    if (!any) break;
    squares = project();
  }
  for (std::size_t j = 0; j < k_; ++j) slots[z(model_->linear[j])] = solution_[j];
  return std::isfinite(squares) ? 0.5 * squares : INFINITY;
}

std::vector<std::vector<double>> values_of(const program::Program& program, const Sample& sample,
                                           std::span<const double> slots, engine::Isa isa) {
  engine::Uniforms uniforms(program, isa);
  engine::Interpreter interpreter(program, uniforms, isa, sample.padded);
  uniforms.evaluate(slots);
  interpreter.begin_pass();
  const std::vector<const void*> pointers = pointers_to(sample);
  interpreter.run(pointers, sample.padded);
  std::vector<std::vector<double>> values;
  for (const program::Operand& output : program.outputs) {
    const double* const from = interpreter.output(output);
    values.emplace_back(from, from + sample.rows);
  }
  return values;
}

}  // namespace nlsq::search
