// SPDX-License-Identifier: MIT
// Rotations, substitutions and products of a small row-major triangle, see triangle.hpp.
#include "linalg/triangle.hpp"

#include <algorithm>
#include <cmath>

namespace nlsq::linalg {
namespace {

// A sum of squares that has not lost digits to underflow or overflow.
bool is_safe(double square) { return square > 1e-280 && square < 1e280; }

double length2(double u, double v) {
  const double square = u * u + v * v;
  return is_safe(square) ? std::sqrt(square) : std::hypot(u, v);
}

// Rotates `low` (non-zero from column `first` on, right-hand side `low_b`) into the rows of A.
void rotate_in(Triangle& t, index_t first, double* low, double low_b) {
  const index_t n = t.n;
  for (index_t k = first; k < n; ++k) {
    if (low[k] == 0.0) continue;
    double* top = t.row(k);
    const double r = length2(top[k], low[k]);
    const double c = top[k] / r;
    const double s = low[k] / r;
    top[k] = r;
    for (index_t j = k + 1; j < n; ++j) {
      const double above = top[j];
      top[j] = c * above + s * low[j];
      low[j] = c * low[j] - s * above;
    }
    const double above = t.b[static_cast<std::size_t>(k)];
    t.b[static_cast<std::size_t>(k)] = c * above + s * low_b;
    low_b = c * low_b - s * above;
  }
}

void append_row(Triangle& t, index_t j, double value, std::span<double> work) {
  if (value == 0.0) return;
  std::fill(work.begin() + j, work.begin() + t.n, 0.0);
  work[static_cast<std::size_t>(j)] = value;
  rotate_in(t, j, work.data(), 0.0);
}

}  // namespace

void Triangle::resize(index_t parameters) {
  n = parameters;
  a.assign(static_cast<std::size_t>(n * n), 0.0);
  b.assign(static_cast<std::size_t>(n), 0.0);
}

void load_scaled(const Summary& summary, std::span<const double> scale, Triangle& out) {
  const index_t n = summary.n;
  for (index_t j = 0; j < n; ++j) {
    const double* column = summary.R.data() + j * n;
    const double s = scale[static_cast<std::size_t>(j)];
    for (index_t i = 0; i <= j; ++i) out.row(i)[j] = column[i] * s;
    for (index_t i = j + 1; i < n; ++i) out.row(i)[j] = 0.0;
  }
  std::copy(summary.qtf.begin(), summary.qtf.end(), out.b.begin());
}

void select_columns(const Summary& summary, std::span<const double> scale,
                    std::span<const std::size_t> columns, Triangle& out, std::span<double> work) {
  out.resize(static_cast<index_t>(columns.size()));
  if (out.n == summary.n) return load_scaled(summary, scale, out);
  for (index_t i = 0; i < summary.n; ++i) {
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const auto j = static_cast<index_t>(columns[k]);
      const double value = summary.R[static_cast<std::size_t>(i + j * summary.n)];
      work[k] = i <= j ? value * scale[columns[k]] : 0.0;
    }
    rotate_in(out, 0, work.data(), summary.qtf[static_cast<std::size_t>(i)]);
  }
}

void restrict_columns(const Triangle& t, std::span<const double> rhs,
                      std::span<const std::size_t> columns, Triangle& out, std::span<double> work) {
  out.resize(static_cast<index_t>(columns.size()));
  for (index_t i = 0; i < t.n; ++i) {
    for (std::size_t k = 0; k < columns.size(); ++k) work[k] = t.row(i)[columns[k]];
    rotate_in(out, 0, work.data(), rhs[static_cast<std::size_t>(i)]);
  }
}

void column_norms(const Summary& summary, std::span<double> out) {
  if (summary.local) {
    for (std::size_t j = 0; j < out.size(); ++j) out[j] = std::sqrt(summary.local->diagonal(j));
    return;
  }
  for (index_t j = 0; j < summary.n; ++j) {
    const double* column = summary.R.data() + j * summary.n;
    double square = 0.0;
    for (index_t i = 0; i <= j; ++i) square += column[i] * column[i];
    out[static_cast<std::size_t>(j)] =
        is_safe(square) ? std::sqrt(square) : norm({column, static_cast<std::size_t>(j + 1)});
  }
}

void append_diagonal(Triangle& t, std::span<const double> d, double factor,
                     std::span<double> work) {
  for (index_t j = 0; j < t.n; ++j) append_row(t, j, factor * d[static_cast<std::size_t>(j)], work);
}

void append_identity(Triangle& t, double factor, std::span<double> work) {
  for (index_t j = 0; j < t.n; ++j) append_row(t, j, factor, work);
}

void solve(const Triangle& t, std::span<double> x) {
  for (index_t i = t.n - 1; i >= 0; --i) {
    const double* a = t.row(i);
    double sum = x[static_cast<std::size_t>(i)];
    for (index_t j = i + 1; j < t.n; ++j) sum -= a[j] * x[static_cast<std::size_t>(j)];
    x[static_cast<std::size_t>(i)] = sum / a[i];
  }
}

void solve_transposed(const Triangle& t, std::span<double> x) {
  for (index_t i = 0; i < t.n; ++i) {
    const double* a = t.row(i);
    const double value = x[static_cast<std::size_t>(i)] / a[i];
    x[static_cast<std::size_t>(i)] = value;
    for (index_t j = i + 1; j < t.n; ++j) x[static_cast<std::size_t>(j)] -= a[j] * value;
  }
}

void multiply(const Triangle& t, std::span<const double> v, std::span<double> out) {
  for (index_t i = 0; i < t.n; ++i) {
    const double* a = t.row(i);
    double sum = 0.0;
    for (index_t j = i; j < t.n; ++j) sum += a[j] * v[static_cast<std::size_t>(j)];
    out[static_cast<std::size_t>(i)] = sum;
  }
}

void multiply_transposed(const Triangle& t, std::span<const double> u, std::span<double> out) {
  std::fill(out.begin(), out.begin() + t.n, 0.0);
  for (index_t i = 0; i < t.n; ++i) {
    const double* a = t.row(i);
    const double value = u[static_cast<std::size_t>(i)];
    for (index_t j = i; j < t.n; ++j) out[static_cast<std::size_t>(j)] += a[j] * value;
  }
}

double min_diagonal(const Triangle& t) {
  double least = 1.0;
  for (index_t j = 0; j < t.n; ++j) {
    double square = 0.0;
    for (index_t i = 0; i <= j; ++i) square += t.row(i)[j] * t.row(i)[j];
    const double length = std::sqrt(square);
    least = std::min(least, length > 0.0 ? std::abs(t.row(j)[j]) / length : 0.0);
  }
  return least;
}

double dot(std::span<const double> u, std::span<const double> v) {
  double sum = 0.0;
  for (std::size_t i = 0; i < u.size(); ++i) sum += u[i] * v[i];
  return sum;
}

double norm(std::span<const double> v) {
  double square = 0.0;
  for (const double value : v) square += value * value;
  if (is_safe(square)) return std::sqrt(square);
  double largest = 0.0;
  for (const double value : v) largest = std::max(largest, std::abs(value));
  if (!(largest > 0.0) || !std::isfinite(largest))
    return square == 0.0 ? largest : std::sqrt(square);
  square = 0.0;
  for (const double value : v) square += (value / largest) * (value / largest);
  return largest * std::sqrt(square);
}

}  // namespace nlsq::linalg
