// SPDX-License-Identifier: MIT
// Singular value decompositions of small triangles, see least_norm.hpp.
#include "linalg/least_norm.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

namespace nlsq::linalg {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

index_t rank_of(const Eigen::VectorXd& s) {
  index_t rank = 0;
  while (rank < s.size() && s[rank] > kZeroSingular * s[0]) ++rank;
  return rank;
}

// Rows of the triangle up to the last one that is not zero, at least one: a problem with fewer rows
// than parameters fills no more, and the decomposition of a wide block is cheap.
Eigen::Index filled_rows(const Eigen::Map<const RowMatrix>& a) {
  Eigen::Index rows = a.rows();
  while (rows > 1 && (a.row(rows - 1).array() == 0.0).all()) --rows;
  return rows;
}

using Svd = Eigen::JacobiSVD<Eigen::MatrixXd>;

}  // namespace

LeastNorm least_norm(const Triangle& t) {
  if (t.n == 0) return {};
  const Eigen::Map<const RowMatrix> a(t.a.data(), t.n, t.n);
  const Eigen::Index filled = filled_rows(a);
  const Eigen::Map<const Eigen::VectorXd> b(t.b.data(), filled);
  const Svd svd(a.topRows(filled), Eigen::ComputeThinU | Eigen::ComputeFullV);
  LeastNorm out;
  out.rank = rank_of(svd.singularValues());
  const auto r = static_cast<Eigen::Index>(out.rank);
  const Eigen::VectorXd z =
      (svd.matrixU().leftCols(r).transpose() * b).cwiseQuotient(svd.singularValues().head(r));
  const Eigen::VectorXd p = -(svd.matrixV().leftCols(r) * z);
  out.p.assign(p.data(), p.data() + p.size());
  out.null.assign(svd.matrixV().data() + r * t.n, svd.matrixV().data() + t.n * t.n);
  return out;
}

double null_part(std::span<const double> null, std::span<const double> v) {
  double square = 0.0;
  for (std::size_t first = 0; first < null.size(); first += v.size()) {
    const double share = dot(null.subspan(first, v.size()), v);
    square += share * share;
  }
  return std::sqrt(square);
}

void project_out(std::span<const double> null, std::span<double> v) {
  for (std::size_t first = 0; first < null.size(); first += v.size()) {
    const std::span<const double> direction = null.subspan(first, v.size());
    const double share = dot(direction, v);
    for (std::size_t j = 0; j < v.size(); ++j) v[j] -= share * direction[j];
  }
}

RankReport decide_rank(const Triangle& t) {
  if (t.n == 0) return {};
  const Eigen::Map<const RowMatrix> a(t.a.data(), t.n, t.n);
  const Svd svd(a.topRows(filled_rows(a)), Eigen::ComputeFullV);
  Eigen::VectorXd s = Eigen::VectorXd::Zero(t.n);
  s.head(svd.singularValues().size()) = svd.singularValues();
  RankReport out;
  out.rank = rank_of(s);
  out.s.assign(s.data(), s.data() + s.size());
  out.V.assign(svd.matrixV().data(), svd.matrixV().data() + t.n * t.n);
  out.kappa = out.rank == t.n ? s[0] / s[t.n - 1] : std::numeric_limits<double>::infinity();
  return out;
}

}  // namespace nlsq::linalg
