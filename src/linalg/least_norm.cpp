// SPDX-License-Identifier: MIT
// Singular value decompositions of small triangles, see least_norm.hpp.
#include "linalg/least_norm.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <limits>

namespace nlsq::linalg {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

index_t rank_of(const Eigen::VectorXd& s, index_t rows) {
  const double eps = std::numeric_limits<double>::epsilon();
  const double threshold = eps * static_cast<double>(std::max<index_t>(rows, s.size())) * s[0];
  index_t rank = 0;
  while (rank < s.size() && s[rank] > threshold) ++rank;
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

LeastNorm least_norm(const Triangle& t, index_t rows) {
  if (t.n == 0) return {};
  const Eigen::Map<const RowMatrix> a(t.a.data(), t.n, t.n);
  const Eigen::Index filled = filled_rows(a);
  const Eigen::Map<const Eigen::VectorXd> b(t.b.data(), filled);
  const Svd svd(a.topRows(filled), Eigen::ComputeThinU | Eigen::ComputeThinV);
  LeastNorm out;
  out.rank = rank_of(svd.singularValues(), rows);
  const auto r = static_cast<Eigen::Index>(out.rank);
  const Eigen::VectorXd z =
      (svd.matrixU().leftCols(r).transpose() * b).cwiseQuotient(svd.singularValues().head(r));
  const Eigen::VectorXd p = -(svd.matrixV().leftCols(r) * z);
  out.p.assign(p.data(), p.data() + p.size());
  return out;
}

RankReport decide_rank(const Triangle& t, index_t rows) {
  if (t.n == 0) return {};
  const Eigen::Map<const RowMatrix> a(t.a.data(), t.n, t.n);
  const Svd svd(a.topRows(filled_rows(a)), Eigen::ComputeFullV);
  Eigen::VectorXd s = Eigen::VectorXd::Zero(t.n);
  s.head(svd.singularValues().size()) = svd.singularValues();
  RankReport out;
  out.rank = rank_of(s, rows);
  out.s.assign(s.data(), s.data() + s.size());
  out.V.assign(svd.matrixV().data(), svd.matrixV().data() + t.n * t.n);
  out.kappa = out.rank == t.n ? s[0] / s[t.n - 1] : std::numeric_limits<double>::infinity();
  return out;
}

}  // namespace nlsq::linalg
