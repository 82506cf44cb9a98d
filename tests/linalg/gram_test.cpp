// SPDX-License-Identifier: MIT
// Factors of Gram matrices and QR of blocks against Eigen in long double, near singularity and at
// the edges of their contracts.
#include "linalg/gram.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <vector>

#include "linalg/householder.hpp"

namespace nlsq::linalg {
namespace {

using Wide = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
using Eigen::MatrixXd;

// A tall block with columns of lengths 1, 10^−spread, 10^spread, … and a given condition number.
MatrixXd block(Eigen::Index rows, Eigen::Index columns, double kappa, double spread) {
  std::srand(static_cast<unsigned>(rows * 31 + columns));
  const MatrixXd Q =
      Eigen::HouseholderQR<MatrixXd>(MatrixXd::Random(rows, columns)).householderQ() *
      MatrixXd::Identity(rows, columns);
  const MatrixXd V =
      Eigen::HouseholderQR<MatrixXd>(MatrixXd::Random(columns, columns)).householderQ();
  Eigen::VectorXd s(columns);
  for (Eigen::Index j = 0; j < columns; ++j) {
    s[j] = columns == 1
               ? 1.0
               : std::pow(kappa, -static_cast<double>(j) / static_cast<double>(columns - 1));
  }
  MatrixXd A = Q * s.asDiagonal() * V.transpose();
  for (Eigen::Index j = 0; j < columns; ++j)
    A.col(j) *= std::pow(10.0, spread * static_cast<double>(j % 3 - 1));
  return A;
}

Matrix stored(const MatrixXd& M) {
  Matrix out(static_cast<std::size_t>(M.size()));
  std::copy_n(M.data(), M.size(), out.data());
  return out;
}

MatrixXd upper(const Matrix& values, Eigen::Index n) {
  return Eigen::Map<const MatrixXd>(values.data(), n, n).triangularView<Eigen::Upper>();
}

// The largest difference of two symmetric matrices in units of the diagonal of the second.
double relative(const MatrixXd& a, const MatrixXd& b) {
  const Eigen::VectorXd d = b.diagonal().cwiseSqrt().cwiseInverse();
  return (d.asDiagonal() * (a - b) * d.asDiagonal()).cwiseAbs().maxCoeff();
}

TEST(Gram, FactorIsCholeskysWhateverTheScalesOfColumns) {
  for (const Eigen::Index n : {1, 2, 3, 5, 8, 17, 40}) {
    for (const double kappa : {1.0, 1e2, 1e5}) {
      for (const double spread : {0.0, 3.0, 60.0}) {
        const MatrixXd A = block(3 * n + 5, n, kappa, spread);
        const MatrixXd G = A.transpose() * A;
        Factor factor;
        factor_gram(stored(G), n, 0.0, factor);
        ASSERT_TRUE(factor.ok) << n << ' ' << kappa << ' ' << spread;
        const MatrixXd R = upper(factor.R, n);
        EXPECT_LT(relative(R.transpose() * R, G), 1e-14 * static_cast<double>(n)) << n;
        EXPECT_GT(R.diagonal().minCoeff(), 0.0);
        EXPECT_LT((R * upper(factor.inverse, n) - MatrixXd::Identity(n, n)).cwiseAbs().maxCoeff(),
                  1e-13 * kappa * static_cast<double>(n));
      }
    }
  }
}

TEST(Gram, ConditionIsABoundAndNoMoreThanNTimesTheTruth) {
  for (const Eigen::Index n : {1, 2, 5, 12}) {
    for (const double kappa : {1.0, 30.0, 1e4}) {
      for (const double spread : {0.0, 4.0}) {
        const MatrixXd A = block(4 * n + 3, n, kappa, spread);
        const MatrixXd scaled = A * A.colwise().norm().cwiseInverse().asDiagonal();
        const Eigen::VectorXd s = Eigen::JacobiSVD<MatrixXd>(scaled).singularValues();
        const double truth = s[0] / s[n - 1];
        Factor factor;
        factor_gram(stored(A.transpose() * A), n, 0.0, factor);
        ASSERT_TRUE(factor.ok);
        EXPECT_GE(factor.kappa, truth * (1 - 1e-6)) << n << ' ' << kappa;
        EXPECT_LE(factor.kappa, truth * static_cast<double>(n) * (1 + 1e-6)) << n << ' ' << kappa;
        EXPECT_NEAR(kappa_upper(factor.R, n) / factor.kappa, 1.0, 1e-6);
      }
    }
  }
}

TEST(Gram, AShiftAddsAShareOfEachDiagonal) {
  const MatrixXd A = block(20, 4, 50.0, 2.0);
  MatrixXd G = A.transpose() * A;
  Factor factor;
  factor_gram(stored(G), 4, 0.25, factor);
  ASSERT_TRUE(factor.ok);
  const MatrixXd R = upper(factor.R, 4);
  G.diagonal() *= 1.25;
  EXPECT_LT(relative(R.transpose() * R, G), 1e-14);
}

TEST(Gram, RefusesWhatHasNoFactor) {
  Factor factor;
  MatrixXd A = block(20, 3, 10.0, 0.0);
  A.col(2) = 2.0 * A.col(0);
  factor_gram(stored(A.transpose() * A), 3, 0.0, factor);
  EXPECT_FALSE(factor.ok);  // a column twice
  A.col(2).setZero();
  factor_gram(stored(A.transpose() * A), 3, 0.0, factor);
  EXPECT_FALSE(factor.ok);  // a column of zeros
  factor_gram(stored(A.transpose() * A), 3, 1e-3, factor);
  EXPECT_TRUE(factor.ok);  // which a shift makes one of its own
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    for (Eigen::Index j = 0; j < 3; ++j) {
      MatrixXd G = MatrixXd::Identity(3, 3);
      G(j, j) = bad;
      factor_gram(stored(G), 3, 0.0, factor);
      EXPECT_FALSE(factor.ok) << bad << ' ' << j;
    }
    MatrixXd G = MatrixXd::Identity(3, 3);
    G(0, 2) = bad;
    factor_gram(stored(G), 3, 0.0, factor);
    EXPECT_FALSE(factor.ok) << bad;
  }
}

TEST(Gram, TriangularProductsAndSubstitutionsAreEigens) {
  for (const Eigen::Index n : {1, 2, 6, 15}) {
    std::srand(static_cast<unsigned>(n));
    MatrixXd A = MatrixXd::Random(n, n), B = MatrixXd::Random(n, n);
    A.diagonal().array() += 2.0;
    B.diagonal().array() += 2.0;
    const MatrixXd a = A.triangularView<Eigen::Upper>(), b = B.triangularView<Eigen::Upper>();
    Matrix product, inverse;
    multiply_upper(stored(a), stored(b), n, product);
    EXPECT_LT((upper(product, n) - a * b).norm(), 1e-13 * static_cast<double>(n));
    invert_upper(stored(a), n, inverse);
    EXPECT_LT((upper(inverse, n) * a - MatrixXd::Identity(n, n)).norm(), 1e-12);
    const Eigen::VectorXd x = Eigen::VectorXd::Random(n);
    std::vector<double> in(x.data(), x.data() + n), out(in.size());
    multiply_transposed_upper(stored(a), n, in, out);
    EXPECT_LT((Eigen::Map<Eigen::VectorXd>(out.data(), n) - a.transpose() * x).norm(), 1e-13);
    solve_transposed_upper(stored(a), n, out);
    EXPECT_LT((Eigen::Map<Eigen::VectorXd>(out.data(), n) - x).norm(), 1e-12);
  }
  const MatrixXd singular = (MatrixXd(2, 2) << 2.0, 1.0, 0.0, 0.0).finished();
  std::vector<double> rhs{4.0, 3.0};
  solve_transposed_upper(stored(singular), 2, rhs);
  EXPECT_EQ(rhs, (std::vector<double>{2.0, 0.0}));
  EXPECT_TRUE(std::isinf(kappa_upper(stored(singular), 2)));
}

// RᵀR = AᵀA in long double, diagonal not negative, at a condition where Cholesky has nothing left.
TEST(Householder, TriangleKeepsTheNormalEquations) {
  for (const Eigen::Index rows : {1, 3, 7, 40}) {
    for (const Eigen::Index n : {1, 3, 7, 12}) {
      for (const double kappa : {1.0, 1e10}) {
        const MatrixXd A = rows >= n ? block(rows, n, kappa, 2.0) : MatrixXd::Random(rows, n);
        const Eigen::Index stride = rows + 3;
        std::vector<double> work(static_cast<std::size_t>(stride * n), 777.0);
        for (Eigen::Index j = 0; j < n; ++j) {
          for (Eigen::Index i = 0; i < rows; ++i)
            work[static_cast<std::size_t>(i + j * stride)] = A(i, j);
        }
        std::vector<double> R(static_cast<std::size_t>(n * n), 555.0);
        householder_triangle(work.data(), rows, n, stride, R.data());
        const MatrixXd found = Eigen::Map<const MatrixXd>(R.data(), n, n);
        EXPECT_EQ(found.triangularView<Eigen::StrictlyLower>().toDenseMatrix().norm(), 0.0);
        EXPECT_GE(found.diagonal().minCoeff(), 0.0);
        for (Eigen::Index i = rows; i < n; ++i) EXPECT_EQ(found.row(i).norm(), 0.0);
        const Wide exact = A.cast<long double>().transpose() * A.cast<long double>();
        const Wide ours = found.cast<long double>().transpose() * found.cast<long double>();
        EXPECT_LT(relative(ours.cast<double>(), exact.cast<double>()), 1e-14) << rows << ' ' << n;
      }
    }
  }
}

TEST(Householder, MergedTrianglesAreThatOfAllRows) {
  for (const Eigen::Index n : {1, 2, 5, 9}) {
    const MatrixXd A = block(6 * n, n, 1e8, 1.0), B = block(4 * n + 1, n, 1e3, 1.0);
    const auto triangle = [n](MatrixXd rows) {
      std::vector<double> R(static_cast<std::size_t>(n * n));
      householder_triangle(rows.data(), rows.rows(), n, rows.rows(), R.data());
      return R;
    };
    std::vector<double> merged = triangle(A);
    merge_triangles(merged.data(), triangle(B).data(), n);
    MatrixXd both(A.rows() + B.rows(), n);
    both << A, B;
    const std::vector<double> whole = triangle(both);
    const MatrixXd M = Eigen::Map<const MatrixXd>(merged.data(), n, n);
    const MatrixXd W = Eigen::Map<const MatrixXd>(whole.data(), n, n);
    EXPECT_LT(relative(M.transpose() * M, W.transpose() * W), 1e-14) << n;
    EXPECT_LT((M - W).cwiseAbs().maxCoeff(), 1e-9 * W.cwiseAbs().maxCoeff()) << n;
    // A part without rows leaves the other as it is.
    std::vector<double> alone = triangle(A);
    const std::vector<double> before = alone;
    merge_triangles(alone.data(), std::vector<double>(alone.size(), 0.0).data(), n);
    for (std::size_t i = 0; i < alone.size(); ++i)
      EXPECT_NEAR(alone[i], before[i],
                  1e-14 * std::abs(before.back()) + 1e-14 * std::abs(before[i]) + 1e-13);
  }
}

}  // namespace
}  // namespace nlsq::linalg
