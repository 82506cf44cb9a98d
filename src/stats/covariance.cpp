// SPDX-License-Identifier: MIT
// Covariances in column-scaled coordinates, see covariance.hpp. Locals: A = R·diag(scale), C =
// A⁻¹A⁻ᵀ.
#include "stats/covariance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "linalg/least_norm.hpp"
#include "linalg/triangle.hpp"

namespace nlsq::stats {
namespace {

constexpr double kAngles = 16.0;  // of the null space's error: what is rounding of its components
constexpr double kLeastTolerance = 1e-12;
constexpr double kMostTolerance = 1e-3;
constexpr double kSurelyFullRank =
    1e9;  // with a bound of κ below this no SVD is needed to know the rank
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// C = A⁻¹A⁻ᵀ: rows of A⁻¹ are found column by column.
void invert_full_rank(const linalg::Triangle& a, linalg::Matrix& C) {
  const auto n = static_cast<std::size_t>(a.n);
  linalg::Matrix inverse(n * n);
  linalg::Vector column(n);  // inverse[i·n + k] = (A⁻¹)_ik
  for (std::size_t k = 0; k < n; ++k) {
    std::fill(column.begin(), column.end(), 0.0);
    column[k] = 1.0;
    linalg::solve(a, column);
    for (std::size_t i = 0; i < n; ++i) inverse[i * n + k] = column[i];
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i; j < n; ++j) {
      double sum = 0.0;
      for (std::size_t k = j; k < n; ++k) sum += inverse[i * n + k] * inverse[j * n + k];
      C[i * n + j] = C[j * n + i] = sum;
    }
  }
}

// C = Σ over the range of v vᵀ/s².
void pseudo_invert(const linalg::RankReport& svd, std::size_t n, linalg::Matrix& C) {
  for (std::size_t k = 0; k < static_cast<std::size_t>(svd.rank); ++k) {
    const double* v = svd.V.data() + k * n;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) C[i * n + j] += v[i] / svd.s[k] * (v[j] / svd.s[k]);
    }
  }
}

double tolerance_of(const linalg::RankReport& svd, double error) {
  if (svd.rank == 0) return kLeastTolerance;
  const double angle = std::max(linalg::kZeroSingular, error) * svd.s[0] /
                       svd.s[static_cast<std::size_t>(svd.rank) - 1];
  return std::clamp(kAngles * angle, kLeastTolerance, kMostTolerance);
}

std::vector<index_t> in_null_space(const NullSpace& null, std::size_t n) {
  std::vector<index_t> out;
  linalg::Vector row(n);
  for (std::size_t j = 0; j < n; ++j) {
    std::fill(row.begin(), row.end(), 0.0);
    row[j] = 1.0;
    if (!is_determined(row, null.basis, null.scale, null.tolerance))
      out.push_back(static_cast<index_t>(j));
  }
  return out;
}

}  // namespace

Covariance unscaled_covariance(const linalg::Summary& summary) {
  const auto n = static_cast<std::size_t>(summary.n);
  linalg::Vector scale(n);
  linalg::column_norms(summary, scale);
  for (double& s : scale) s = s > 0.0 ? 1.0 / s : 1.0;
  linalg::Triangle a;
  a.resize(summary.n);
  linalg::load_scaled(summary, scale, a);
  Covariance out;
  out.n = summary.n;
  out.values.assign(n * n, 0.0);
  if (summary.kappa < kSurelyFullRank) {
    out.rank = summary.n;
    out.kappa = summary.kappa;
    invert_full_rank(a, out.values);
  } else {
    const linalg::RankReport svd = linalg::decide_rank(a);
    out.rank = svd.rank;
    out.kappa = svd.kappa;
    if (svd.rank == summary.n) {
      invert_full_rank(a, out.values);
    } else {
      pseudo_invert(svd, n, out.values);
      out.null.scale = scale;
      out.null.tolerance = tolerance_of(svd, summary.error);
      for (auto k = static_cast<std::size_t>(svd.rank); k < n; ++k) {
        for (std::size_t j = 0; j < n; ++j) out.null.basis.push_back(svd.V[k * n + j] * scale[j]);
      }
      out.undetermined = in_null_space(out.null, n);
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) out.values[i * n + j] *= scale[i] * scale[j];
  }
  if (!out.null.basis.empty()) out.null.range = out.values;
  for (const index_t u : out.undetermined) {
    const auto i = static_cast<std::size_t>(u);
    for (std::size_t j = 0; j < n; ++j) out.values[i * n + j] = out.values[j * n + i] = kNan;
  }
  for (const index_t u : out.undetermined) out.values[static_cast<std::size_t>(u) * (n + 1)] = kInf;
  return out;
}

bool is_determined(std::span<const double> row, std::span<const double> basis,
                   std::span<const double> scale, double tolerance) {
  const std::size_t n = row.size();
  double whole = 0.0, square = 0.0;  // ‖D row‖², ‖Nᵀ D row‖²
  for (std::size_t j = 0; j < n; ++j) whole += row[j] * scale[j] * row[j] * scale[j];
  for (std::size_t first = 0; first < basis.size(); first += n) {
    const double share = linalg::dot(basis.subspan(first, n), row);
    square += share * share;
  }
  return square <= tolerance * tolerance * whole;
}

std::vector<double> standard_errors(const Covariance& covariance, double factor) {
  std::vector<double> out(static_cast<std::size_t>(covariance.n));
  for (std::size_t j = 0; j < out.size(); ++j) {
    out[j] = std::sqrt(covariance.values[j * (out.size() + 1)]) * std::sqrt(factor);
  }
  return out;
}

std::vector<double> correlation(std::span<const double> covariance, index_t n) {
  const auto size = static_cast<std::size_t>(n);
  std::vector<double> out(covariance.size(), kNan);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      const double a = covariance[i * size + i];
      const double b = covariance[j * size + j];
      if (!(a > 0.0 && b > 0.0 && std::isfinite(a) && std::isfinite(b))) continue;
      const double c = covariance[i * size + j] / std::sqrt(a) / std::sqrt(b);
      out[i * size + j] = i == j ? 1.0 : std::clamp(c, -1.0, 1.0);
    }
  }
  return out;
}

}  // namespace nlsq::stats
