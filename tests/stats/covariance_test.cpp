// SPDX-License-Identifier: MIT
#include "stats/covariance.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>

namespace nlsq::stats {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// The summary of a dense Jacobian: R by Householder QR, rows that J cannot fill are zero.
linalg::Summary summary_of(const Eigen::MatrixXd& J) {
  const Eigen::Index n = J.cols();
  Eigen::MatrixXd padded = Eigen::MatrixXd::Zero(std::max(J.rows(), n), n);
  padded.topRows(J.rows()) = J;
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(padded);
  linalg::Summary out;
  out.resize(n);
  out.rows = J.rows();
  Eigen::Map<Eigen::MatrixXd>(out.R.data(), n, n) =
      qr.matrixQR().topRows(n).triangularView<Eigen::Upper>();
  out.finite = true;
  return out;
}

TEST(Covariance, OfAStraightLineIsThatOfTheTextbook) {
  // y = a + b x at x = 1..5: (JᵀJ)⁻¹ = 1/50 [55 −15; −15 5]
  Eigen::MatrixXd J(5, 2);
  J << 1, 1, 1, 2, 1, 3, 1, 4, 1, 5;
  const Covariance c = unscaled_covariance(summary_of(J));
  EXPECT_NEAR(c.at(0, 0), 1.1, 1e-14);
  EXPECT_NEAR(c.at(0, 1), -0.3, 1e-14);
  EXPECT_NEAR(c.at(1, 1), 0.1, 1e-15);
  EXPECT_EQ(c.at(0, 1), c.at(1, 0));
  EXPECT_EQ(c.rank, 2);
  EXPECT_TRUE(c.undetermined.empty());
  const std::vector<double> errors = standard_errors(c, 4.0);
  EXPECT_NEAR(errors[0], 2 * std::sqrt(1.1), 1e-14);
  const std::vector<double> rho = correlation(c.values, 2);
  EXPECT_EQ(rho[0], 1.0);
  EXPECT_NEAR(rho[1], -0.3 / std::sqrt(1.1 * 0.1), 1e-13);
}

TEST(Covariance, TimesTheNormalMatrixIsOne) {
  const Eigen::MatrixXd J = Eigen::MatrixXd::Random(40, 6);
  const Covariance c = unscaled_covariance(summary_of(J));
  const Eigen::Map<const Eigen::MatrixXd> C(c.values.data(), 6, 6);
  EXPECT_LT((C * (J.transpose() * J) - Eigen::MatrixXd::Identity(6, 6)).norm(), 1e-12);
}

TEST(Covariance, FollowsTheUnitsOfTheParameters) {
  const Eigen::MatrixXd J = Eigen::MatrixXd::Random(30, 3);
  const Eigen::Vector3d units(1e150, 1e-140, 1);
  const Covariance plain = unscaled_covariance(summary_of(J));
  const Covariance scaled = unscaled_covariance(summary_of(J * units.asDiagonal()));
  EXPECT_EQ(scaled.rank, 3);
  for (index_t i = 0; i < 3; ++i) {
    const double expected = std::sqrt(plain.at(i, i)) / units[i];
    EXPECT_NEAR(std::sqrt(scaled.at(i, i)) / expected, 1.0, 1e-12);
  }
}

TEST(Covariance, NamesTheParametersThatOnlyTheirSumDetermines) {
  // columns 0 and 2 equal: their sum is known, they are not; column 1 is
  Eigen::MatrixXd J = Eigen::MatrixXd::Random(20, 3);
  J.col(2) = J.col(0);
  const Covariance c = unscaled_covariance(summary_of(J));
  EXPECT_EQ(c.rank, 2);
  EXPECT_EQ(c.kappa, kInf);
  EXPECT_EQ(c.undetermined, (std::vector<index_t>{0, 2}));
  EXPECT_EQ(c.at(0, 0), kInf);
  EXPECT_EQ(c.at(2, 2), kInf);
  EXPECT_TRUE(std::isnan(c.at(0, 2)));
  const Covariance two = unscaled_covariance(summary_of(J.leftCols(2)));
  EXPECT_NEAR(c.at(1, 1) / two.at(1, 1), 1.0, 1e-12);
  const std::vector<double> rho = correlation(c.values, 3);
  EXPECT_TRUE(std::isnan(rho[0]));
  EXPECT_EQ(rho[4], 1.0);
}

TEST(Covariance, OfAZeroColumnIsInfiniteForThatParameterAlone) {
  Eigen::MatrixXd J = Eigen::MatrixXd::Random(20, 3);
  J.col(1).setZero();
  const Covariance c = unscaled_covariance(summary_of(J));
  EXPECT_EQ(c.undetermined, (std::vector<index_t>{1}));
  EXPECT_EQ(c.at(1, 1), kInf);
  EXPECT_TRUE(std::isfinite(c.at(0, 0)) && std::isfinite(c.at(0, 2)));
}

TEST(Covariance, KnowsWhatRedundantParametersDetermineTogether) {
  // columns 0 and 2 are 1 and 1000 times the same: p₀ + 1000 p₂ is known
  Eigen::MatrixXd J = Eigen::MatrixXd::Random(20, 3);
  J.col(2) = 1000 * J.col(0);
  const Covariance c = unscaled_covariance(summary_of(J));
  const auto is_known = [&](std::vector<double> row) {
    return is_determined(row, c.null.basis, c.null.scale, c.null.tolerance);
  };
  EXPECT_TRUE(is_known({1, 0, 1000}));
  EXPECT_TRUE(is_known({2, -3, 2000}));
  EXPECT_TRUE(is_known({0, 1, 0}));
  EXPECT_FALSE(is_known({1, 0, 0}));
  EXPECT_FALSE(is_known({1, 0, 1000 * (1 + 1e-6)}));
  const Covariance two = unscaled_covariance(summary_of(J.leftCols(2)));
  const Eigen::Vector3d sum(1, 0, 1000);
  const Eigen::Map<const Eigen::Matrix3d> range(c.null.range.data());
  EXPECT_NEAR(sum.dot(range * sum) / two.at(0, 0), 1.0, 1e-12);
  EXPECT_LT((J * Eigen::Map<const Eigen::Vector3d>(c.null.basis.data())).norm(), 1e-13);
}

TEST(Covariance, OfHardlyIndependentColumnsDeterminesAll) {
  Eigen::MatrixXd J = Eigen::MatrixXd::Random(20, 3);
  const Eigen::VectorXd other = Eigen::VectorXd::Random(20);
  J.col(2) = J.col(0) + 1e-12 * other;
  const Covariance c = unscaled_covariance(summary_of(J));
  EXPECT_EQ(c.rank, 3);
  EXPECT_TRUE(c.undetermined.empty() && c.null.basis.empty());
  J.col(2) = J.col(0) + 1e-16 * other;
  EXPECT_EQ(unscaled_covariance(summary_of(J)).rank, 2);
}

TEST(Covariance, OfFewerRowsThanParametersDeterminesNothing) {
  const Covariance c = unscaled_covariance(summary_of(Eigen::MatrixXd::Random(2, 4)));
  EXPECT_EQ(c.rank, 2);
  EXPECT_EQ(c.undetermined.size(), 4u);
}

TEST(Covariance, OfNoParametersIsEmpty) {
  linalg::Summary none;
  const Covariance c = unscaled_covariance(none);
  EXPECT_EQ(c.n, 0);
  EXPECT_TRUE(c.values.empty());
  EXPECT_TRUE(standard_errors(c, 1.0).empty());
}

TEST(Covariance, StaysAccurateWhenColumnsAreNearlyDependent) {
  // J = [1, 1 + t·2⁻²⁰]: (JᵀJ)⁻¹ of the second parameter is 2⁴⁰/Σ(t − t̄)².
  const int m = 11;
  Eigen::MatrixXd J(m, 2);
  double spread = 0;
  for (int i = 0; i < m; ++i) {
    const double t = i - 5;
    J(i, 0) = 1;
    J(i, 1) = 1 + t * 0x1p-20;
    spread += t * t;
  }
  const Covariance c = unscaled_covariance(summary_of(J));
  EXPECT_NEAR(c.at(1, 1) * spread * 0x1p-40, 1.0, 1e-9);
}

}  // namespace
}  // namespace nlsq::stats
