// SPDX-License-Identifier: MIT
// Samples of problems with redundant parameters: what of the sample's answer all rows confirm is
// told in the directions that it determines (progressive.hpp).
#include <cmath>

#include "fit/progressive.hpp"
#include "linalg/least_norm.hpp"
#include "linalg/triangle.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr double kNothing = 1e-10;  // of a column: what redundant parameters leave of a direction

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

}  // namespace

bool SampleFit::find_range() {
  const std::size_t n = z(summary.n);
  linalg::Vector scale(n);
  linalg::column_norms(summary, scale);
  for (double& s : scale) s = s > 0.0 ? 1.0 / s : 1.0;
  linalg::Triangle a;
  a.resize(summary.n);
  linalg::load_scaled(summary, scale, a);
  const linalg::RankReport svd = linalg::decide_rank(a);
  const std::size_t rank = z(svd.rank);
  if (rank == n || rank == 0 || !(svd.s[0] < kSampleKappa * svd.s[rank - 1])) return false;
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t j = 0; j < n; ++j) {
      const double part = scale[j] * svd.V[k * n + j];
      if (k < rank) {
        range.push_back(part / svd.s[k]);
      } else {
        null.push_back(part);
      }
    }
  }
  return true;
}

// The same where some parameters are redundant: M is that of the determined directions, and all
// rows must not tell what the sample leaves open.
bool SampleFit::confirmed_in_range(const linalg::Summary& all) const {
  const std::size_t n = z(summary.n), rank = range.size() / n;
  const auto times = [&](const double* direction) {
    linalg::Vector out(n, 0.0);
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t i = 0; i <= j; ++i) out[i] += all.R[i + j * n] * direction[j];
    }
    return out;
  };
  const double whole = std::sqrt(rows_each);  // of a column
  for (std::size_t k = 0; k < null.size(); k += n) {
    if (!(linalg::norm(times(null.data() + k)) < kNothing * whole)) return false;
  }
  std::vector<linalg::Vector> columns;
  for (std::size_t k = 0; k < range.size(); k += n) columns.push_back(times(range.data() + k));
  double off = 0.0, distance = 0.0;
  for (std::size_t a = 0; a < rank; ++a) {
    const double g = linalg::dot({range.data() + a * n, n}, all.g);
    distance += g * g / rows_each;
    for (std::size_t b = 0; b < rank; ++b) {
      const double d = linalg::dot(columns[a], columns[b]) / rows_each - (a == b ? 1.0 : 0.0);
      off += d * d;
    }
  }
  distance *= static_cast<double>(all.rows) / (2.0 * all.cost);
  return off < kInformation * kInformation &&
         distance < kDistance * static_cast<double>(rank) * rows_each;
}

}  // namespace nlsq::fit_impl
