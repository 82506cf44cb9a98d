// SPDX-License-Identifier: MIT
#include "linalg/triangle.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "linalg/least_norm.hpp"
#include "linalg/more_hebden.hpp"

namespace nlsq::linalg {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Triangle triangle_of(const Eigen::MatrixXd& upper, const Eigen::VectorXd& b) {
  Triangle t;
  t.resize(upper.rows());
  Eigen::Map<RowMatrix>(t.a.data(), t.n, t.n) = upper.triangularView<Eigen::Upper>();
  Eigen::Map<Eigen::VectorXd>(t.b.data(), t.n) = b;
  return t;
}

Eigen::MatrixXd matrix_of(const Triangle& t) {
  return Eigen::Map<const RowMatrix>(t.a.data(), t.n, t.n);
}
Eigen::VectorXd vector_of(std::span<const double> v) {
  return Eigen::Map<const Eigen::VectorXd>(v.data(), static_cast<Eigen::Index>(v.size()));
}

Triangle random_triangle(Eigen::Index n) {
  Eigen::MatrixXd a = Eigen::MatrixXd::Random(n, n);
  a.diagonal().array() += 3;
  return triangle_of(a, Eigen::VectorXd::Random(n));
}

TEST(Triangle, RowUpdatesKeepTheNormalEquations) {
  for (const Eigen::Index n : {1, 2, 3, 7, 20}) {
    Triangle t = random_triangle(n);
    const Eigen::MatrixXd before = matrix_of(t);
    const Eigen::VectorXd g = before.transpose() * vector_of(t.b);
    std::vector<double> d(static_cast<std::size_t>(n)), work(d.size());
    for (std::size_t j = 0; j < d.size(); ++j)
      d[j] = j % 3 == 2 ? 0.0 : 0.5 + static_cast<double>(j);
    append_diagonal(t, d, 2.0, work);
    const Eigen::MatrixXd D = (2.0 * vector_of(d)).asDiagonal();
    const Eigen::MatrixXd after = matrix_of(t);
    EXPECT_LT((after.transpose() * after - before.transpose() * before - D * D).norm(),
              1e-12 * D.squaredNorm() + 1e-12);
    EXPECT_LT((after.transpose() * vector_of(t.b) - g).norm(), 1e-12 * (1 + g.norm()));
    EXPECT_EQ(after.triangularView<Eigen::StrictlyLower>().toDenseMatrix().norm(), 0);
  }
}

TEST(Triangle, SubstitutionsInvertTheProducts) {
  const Triangle t = random_triangle(6);
  const Eigen::VectorXd v = Eigen::VectorXd::Random(6);
  const std::vector<double> in(v.data(), v.data() + 6);
  std::vector<double> out(6);
  multiply(t, in, out);
  solve(t, out);
  EXPECT_LT((vector_of(out) - v).norm(), 1e-13);
  multiply_transposed(t, in, out);
  solve_transposed(t, out);
  EXPECT_LT((vector_of(out) - v).norm(), 1e-13);
}

TEST(Triangle, OfSelectedColumnsHasTheirNormalEquations) {
  const Triangle full = random_triangle(5);
  Summary sum;
  sum.resize(5);
  Eigen::Map<Eigen::MatrixXd>(sum.R.data(), 5, 5) = matrix_of(full);
  sum.qtf = full.b;
  const std::vector<double> scale{1, 2, 3, 4, 5};
  const std::vector<std::size_t> columns{0, 2, 3};
  Triangle part, again;
  std::vector<double> work(5);
  select_columns(sum, scale, columns, part, work);
  Eigen::MatrixXd J(5, 3);
  for (Eigen::Index k = 0; k < 3; ++k) {
    const auto j = static_cast<Eigen::Index>(columns[static_cast<std::size_t>(k)]);
    J.col(k) = matrix_of(full).col(j) * scale[static_cast<std::size_t>(j)];
  }
  const Eigen::MatrixXd P = matrix_of(part);
  EXPECT_LT((P.transpose() * P - J.transpose() * J).norm(), 1e-11);
  EXPECT_LT((P.transpose() * vector_of(part.b) - J.transpose() * vector_of(full.b)).norm(), 1e-11);
  const std::vector<std::size_t> last{1, 2};
  restrict_columns(part, part.b, last, again, work);
  const Eigen::MatrixXd A = matrix_of(again);
  EXPECT_LT((A.transpose() * A - J.rightCols(2).transpose() * J.rightCols(2)).norm(), 1e-11);
}

TEST(Triangle, NormsSurviveTheRangeOfDoubles) {
  EXPECT_DOUBLE_EQ(norm(std::vector<double>{3e200, 4e200}), 5e200);
  EXPECT_DOUBLE_EQ(norm(std::vector<double>{3e-200, 4e-200}), 5e-200);
  EXPECT_EQ(norm(std::vector<double>{}), 0);
  EXPECT_TRUE(std::isnan(norm(std::vector<double>{std::nan(""), 1})));
}

TEST(Triangle, ADependentColumnLeavesATinyDiagonal) {
  Eigen::MatrixXd J = Eigen::MatrixXd::Random(9, 4);
  EXPECT_GT(min_diagonal(triangle_of(Eigen::HouseholderQR<Eigen::MatrixXd>(J).matrixQR().topRows(4),
                                     Eigen::VectorXd::Zero(4))),
            1e-3);
  J.col(2) = J.col(0) + 2 * J.col(1);
  EXPECT_LT(min_diagonal(triangle_of(Eigen::HouseholderQR<Eigen::MatrixXd>(J).matrixQR().topRows(4),
                                     Eigen::VectorXd::Zero(4))),
            1e-14);
  EXPECT_EQ(min_diagonal(triangle_of(Eigen::MatrixXd::Zero(2, 2), Eigen::VectorXd::Zero(2))), 0);
}

TEST(LeastNorm, IsThePseudoInverseSolution) {
  Eigen::MatrixXd A = Eigen::MatrixXd::Random(5, 5).triangularView<Eigen::Upper>();
  A.row(4).setZero();
  const Eigen::VectorXd b = Eigen::VectorXd::Random(5);
  const LeastNorm out = least_norm(triangle_of(A, b));
  EXPECT_EQ(out.rank, 4);
  const Eigen::VectorXd expected = -A.completeOrthogonalDecomposition().solve(b);
  EXPECT_LT((vector_of(out.p) - expected).norm(), 1e-10 * (1 + expected.norm()));
}

TEST(DecideRank, CountsSingularValuesAboveTheirRounding) {
  Eigen::MatrixXd A = Eigen::MatrixXd::Identity(3, 3);
  A(2, 2) = 1e-13;
  const Triangle nearly = triangle_of(A, Eigen::VectorXd::Zero(3));
  EXPECT_EQ(decide_rank(nearly).rank, 3);
  EXPECT_NEAR(decide_rank(nearly).kappa / 1e13, 1, 1e-6);
  EXPECT_EQ(least_norm(nearly).rank, 3);
  EXPECT_TRUE(least_norm(nearly).null.empty());
  A(2, 2) = 1e-14;
  const Triangle singular = triangle_of(A, Eigen::VectorXd::Zero(3));
  EXPECT_EQ(decide_rank(singular).rank, 2);
  EXPECT_TRUE(std::isinf(decide_rank(singular).kappa));
  EXPECT_EQ(decide_rank(Triangle{}).rank, 0);
}

TEST(LeastNorm, KnowsTheNullSpace) {
  Eigen::MatrixXd J = Eigen::MatrixXd::Random(9, 4);
  J.col(2) = J.col(0) + 2 * J.col(1);
  const LeastNorm out = least_norm(triangle_of(
      Eigen::HouseholderQR<Eigen::MatrixXd>(J).matrixQR().topRows(4), Eigen::VectorXd::Ones(4)));
  ASSERT_EQ(out.null.size(), 4u);
  EXPECT_LT((J * vector_of(out.null)).norm(), 1e-14);
  EXPECT_NEAR(vector_of(out.null).norm(), 1, 1e-14);
  EXPECT_NEAR(null_part(out.null, out.p), 0, 1e-13);
  std::vector<double> v = {1, 2, 3, 4};
  EXPECT_NEAR(null_part(out.null, v), std::abs(vector_of(out.null).dot(vector_of(v))), 1e-14);
  project_out(out.null, v);
  EXPECT_NEAR(null_part(out.null, v), 0, 1e-14);
}

// The step meets the optimality conditions of the trust-region problem, for radii over twelve
// decades.
TEST(MoreHebden, MeetsTheConditionsOfTheTrustRegionProblem) {
  for (const Eigen::Index n : {1, 3, 8}) {
    const Triangle t = random_triangle(n);
    const Eigen::MatrixXd A = matrix_of(t);
    const Eigen::VectorXd g = A.transpose() * vector_of(t.b);
    MoreHebden finder(n);
    finder.load(t, false);
    std::vector<double> p(static_cast<std::size_t>(n));
    for (double radius = 1e-8; radius < 1e4; radius *= 3) {
      finder.step(radius, p);
      const Eigen::VectorXd v = vector_of(p);
      EXPECT_LE(v.norm(), 1.1 * radius * (1 + 1e-12));
      if (finder.lambda() > 0) {
        EXPECT_GE(v.norm(), 0.9 * radius);
      }
      EXPECT_LT((A.transpose() * (A * v) + finder.lambda() * v + g).norm(), 1e-10 * g.norm());
    }
    EXPECT_EQ(finder.lambda(), 0);
    EXPECT_NEAR(finder.newton_reduction(), 0.5 * vector_of(t.b).squaredNorm(), 1e-12);
  }
}

TEST(MoreHebden, HandlesSingularTriangles) {
  Eigen::MatrixXd A = Eigen::MatrixXd::Random(4, 4).triangularView<Eigen::Upper>();
  A.col(1).setZero();
  const Eigen::VectorXd b = Eigen::VectorXd::Random(4);
  const Triangle t = triangle_of(A, b);
  MoreHebden finder(4);
  finder.load(t, false);
  EXPECT_EQ(finder.rank(), 3);
  std::vector<double> p(4);
  for (const double radius : {1e-6, 1e-2, 1e6}) {
    finder.step(radius, p);
    EXPECT_TRUE(vector_of(p).allFinite());
    EXPECT_LE(vector_of(p).norm(), 1.1 * radius * (1 + 1e-12));
    EXPECT_NEAR(p[1], 0, 1e-12 * (1 + vector_of(p).norm()));
    const Eigen::VectorXd v = vector_of(p);
    EXPECT_LT((A.transpose() * (A * v + b) + finder.lambda() * v).norm(), 1e-10);
  }
  const Triangle zero = triangle_of(Eigen::MatrixXd::Zero(4, 4), Eigen::VectorXd::Zero(4));
  finder.load(zero, false);
  finder.step(1.0, p);
  EXPECT_EQ(vector_of(p).norm(), 0);
}

TEST(MoreHebden, FollowsAGradientThatTheTriangleDoesNotExplain) {
  const Triangle zero = triangle_of(Eigen::MatrixXd::Zero(2, 2), Eigen::VectorXd::Zero(2));
  const std::vector<double> g{3, -4};
  MoreHebden finder(2);
  finder.load_incomplete(zero, g);
  EXPECT_TRUE(std::isinf(finder.newton_reduction()));
  std::vector<double> p(2);
  finder.step(2.0, p);
  EXPECT_NEAR(vector_of(p).norm(), 2.0, 0.2);
  EXPECT_NEAR(p[0] / p[1], -0.75, 1e-12);
  EXPECT_LT(p[0], 0);
}

}  // namespace
}  // namespace nlsq::linalg
