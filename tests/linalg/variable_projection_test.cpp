// SPDX-License-Identifier: MIT
// The projected problem of a folded one, compared with least squares of dense columns.
#include "linalg/variable_projection.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <random>
#include <vector>

#include "linalg/gram.hpp"
#include "linalg/householder.hpp"

namespace nlsq::linalg {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr index_t kRows = 40;
constexpr double kInf = INFINITY;

// Columns as a pass would fold them: the linear ones, then pieces; f at c.
struct Dense {
  SeparatedColumns columns;
  MatrixXd A;
  VectorXd base;

  Dense(SeparatedColumns own, unsigned seed) : columns(std::move(own)) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    A = MatrixXd(kRows, columns.columns());
    base = VectorXd(kRows);
    for (double& value : A.reshaped()) value = normal(random);
    for (double& value : base) value = normal(random);
  }

  VectorXd residual(const std::vector<double>& c) const {
    VectorXd f = base;
    for (index_t j = 0; j < columns.linear; ++j) f += c[static_cast<std::size_t>(j)] * A.col(j);
    return f;
  }

  MatrixXd slopes(const std::vector<double>& c) const {
    MatrixXd J = MatrixXd::Zero(kRows, columns.nonlinear());
    for (index_t k = 0; k < columns.nonlinear(); ++k) {
      for (const auto& piece : columns.pieces[static_cast<std::size_t>(k)]) {
        const double factor = piece.factor < 0 ? 1.0 : c[static_cast<std::size_t>(piece.factor)];
        J.col(k) += factor * A.col(piece.column);
      }
    }
    return J;
  }

  Summary folded(const std::vector<double>& c) const {
    const index_t n = columns.columns(), size = n + 1;
    MatrixXd all(kRows, size);
    all << A, residual(c);
    std::vector<double> R(static_cast<std::size_t>(size * size));
    householder_triangle(all.data(), kRows, size, kRows, R.data());
    Summary sum;
    sum.resize(n);
    for (index_t j = 0; j < n; ++j) std::copy_n(R.data() + j * size, n, sum.R.data() + j * n);
    std::copy_n(R.data() + n * size, n, sum.qtf.data());
    sum.cost = 0.5 * residual(c).squaredNorm();
    sum.rows = kRows;
    sum.kappa = 1.0;
    sum.finite = true;
    return sum;
  }
};

// Two c with a column each for α₀ and α₁.
SeparatedColumns plain() { return {2, {{{2, 0}}, {{3, 1}}}}; }
// α₀ shapes both columns and the base, α₁ one, α₂ the base alone.
SeparatedColumns mixed() { return {2, {{{2, -1}, {3, 0}, {4, 1}}, {{5, 1}}, {{6, -1}}}}; }

MatrixXd triangle_of(const Summary& sum) {
  return Eigen::Map<const MatrixXd>(sum.R.data(), sum.n, sum.n);
}

void expect_projected(const SeparatedColumns& columns) {
  const Dense dense(columns, 3);
  const std::vector<double> inf(2, kInf), low(2, -kInf);
  VariableProjection projection(dense.columns, low, inf);
  const std::vector<double> before = {0.3, -2.0};
  std::vector<double> c = before;
  Summary reduced;
  projection.project(dense.folded(before), c, reduced);

  const MatrixXd phi = dense.A.leftCols(2);
  const VectorXd best = phi.colPivHouseholderQr().solve(-dense.base);
  EXPECT_NEAR(c[0], best[0], 1e-12);
  EXPECT_NEAR(c[1], best[1], 1e-12);
  const VectorXd f = dense.residual(c);
  EXPECT_NEAR(reduced.cost, 0.5 * f.squaredNorm(), 1e-11);
  const MatrixXd J = dense.slopes(c);
  const MatrixXd inside = phi.colPivHouseholderQr().solve(J);
  const MatrixXd K = J - phi * inside;
  const MatrixXd R = triangle_of(reduced);
  EXPECT_LT((R.transpose() * R - K.transpose() * K).norm(), 1e-11);
  for (index_t k = 0; k < reduced.n; ++k) {
    const auto at = static_cast<std::size_t>(k);
    EXPECT_NEAR(reduced.g[at], K.col(k).dot(f), 1e-11);
    EXPECT_GE(reduced.R[static_cast<std::size_t>(k + k * reduced.n)], 0.0);
    EXPECT_NEAR(projection.slopes()[2 * at], -inside(0, k), 1e-11);
    EXPECT_NEAR(projection.slopes()[2 * at + 1], -inside(1, k), 1e-11);
  }
}

TEST(VariableProjection, IsLeastSquaresOfTheLinearParameters) {
  expect_projected(plain());
  expect_projected(mixed());
}

TEST(VariableProjection, ExpandsToTheWholeProblem) {
  const Dense dense(mixed(), 5);
  const std::vector<double> inf(2, kInf), low(2, -kInf), before = {1.0, 1.0}, c = {-0.5, 2.0};
  VariableProjection projection(dense.columns, low, inf);
  const std::vector<index_t> order = {3, 0, 1, 4, 2};  // c₀ α₀ α₁ c₁ α₂
  Summary whole;
  projection.expand(dense.folded(before), before, c, order, whole);
  MatrixXd J(kRows, 5);
  const MatrixXd slopes = dense.slopes(c);
  J << dense.A.col(0), slopes.col(0), slopes.col(1), dense.A.col(1), slopes.col(2);
  const MatrixXd R = triangle_of(whole);
  EXPECT_LT((R.transpose() * R - J.transpose() * J).norm(), 1e-10);
  const VectorXd g = J.transpose() * dense.residual(c);
  for (index_t i = 0; i < 5; ++i) EXPECT_NEAR(whole.g[static_cast<std::size_t>(i)], g[i], 1e-10);
  EXPECT_NEAR(whole.cost, 0.5 * dense.residual(c).squaredNorm(), 1e-10);

  std::vector<double> norms(5);
  projection.norms(dense.folded(before), c, norms);
  EXPECT_NEAR(norms[0], slopes.col(0).norm(), 1e-11);
  EXPECT_NEAR(norms[4], dense.A.col(1).norm(), 1e-11);
}

TEST(VariableProjection, HoldsWhatABoundHolds) {
  for (unsigned seed = 1; seed < 60; ++seed) {
    const Dense dense({4, {{{4, 0}}, {{5, 2}, {6, 3}}}}, seed);
    const std::vector<double> low = {-0.05, 0.02, -kInf, -0.1}, high = {0.05, kInf, 0.01, 0.1};
    VariableProjection projection(dense.columns, low, high);
    std::vector<double> c = {0.0, 1.0, -1.0, 0.1};
    Summary reduced;
    projection.project(dense.folded(c), c, reduced);
    const VectorXd f = dense.residual(c);
    std::vector<Eigen::Index> free;
    for (std::size_t j = 0; j < 4; ++j) {
      ASSERT_TRUE(c[j] >= low[j] && c[j] <= high[j]) << seed;
      const double slope = dense.A.col(static_cast<Eigen::Index>(j)).dot(f);
      if (c[j] == low[j]) {
        EXPECT_GE(slope, -1e-9) << seed;
      } else if (c[j] == high[j]) {
        EXPECT_LE(slope, 1e-9) << seed;
      } else {
        EXPECT_NEAR(slope, 0.0, 1e-9) << seed;
        free.push_back(static_cast<Eigen::Index>(j));
      }
    }
    EXPECT_NEAR(reduced.cost, 0.5 * f.squaredNorm(), 1e-10) << seed;
    const MatrixXd phi = dense.A(Eigen::all, free), J = dense.slopes(c);
    MatrixXd K = J;
    if (!free.empty()) K -= phi * phi.colPivHouseholderQr().solve(J);
    const MatrixXd R = triangle_of(reduced);
    EXPECT_LT((R.transpose() * R - K.transpose() * K).norm(), 1e-10) << seed;
    EXPECT_NEAR(reduced.g[0], J.col(0).dot(f), 1e-9) << seed;
  }
}

TEST(VariableProjection, EqualColumnsMoveOnlyTheFirst) {
  Dense dense(plain(), 7);
  dense.A.col(1) = dense.A.col(0);
  const std::vector<double> inf(2, kInf), low(2, -kInf);
  VariableProjection projection(dense.columns, low, inf);
  std::vector<double> c = {0.3, -2.0};
  Summary reduced;
  projection.project(dense.folded(c), c, reduced);
  EXPECT_EQ(c[1], -2.0);
  EXPECT_NEAR(dense.A.col(0).dot(dense.residual(c)), 0.0, 1e-11);
  EXPECT_NEAR(reduced.cost, 0.5 * dense.residual(c).squaredNorm(), 1e-11);
}

}  // namespace
}  // namespace nlsq::linalg
