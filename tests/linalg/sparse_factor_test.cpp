// SPDX-License-Identifier: MIT
// Sparse normal matrices and their factors against dense ones.
#include "linalg/sparse_factor.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <random>

namespace nlsq::linalg {
namespace {

// Rows that touch `width` of n parameters each, summed in both ways.
struct Case {
  std::shared_ptr<SparsePattern> pattern = std::make_shared<SparsePattern>();
  SparseNormal sparse;
  Eigen::MatrixXd dense;

  Case(index_t n, index_t rows, std::size_t width, unsigned seed) : dense(n, n) {
    std::mt19937 random(seed);
    std::vector<std::int32_t> groups;
    for (index_t r = 0; r < rows; ++r) {
      for (std::size_t k = 0; k < width; ++k)
        groups.push_back(k == 0 ? static_cast<std::int32_t>(n - 1)  // an arrow's border
                                : static_cast<std::int32_t>(random() % static_cast<unsigned>(n)));
    }
    *pattern = pattern_of_groups(n, groups, width);
    sparse.pattern = pattern;
    sparse.values.assign(static_cast<std::size_t>(pattern->entries()), 0.0);
    dense.setZero();
    std::normal_distribution<double> normal;
    for (std::size_t g = 0; g < groups.size(); g += width) {
      Eigen::VectorXd row = Eigen::VectorXd::Zero(n);
      for (std::size_t k = 0; k < width; ++k) row[groups[g + k]] = normal(random);
      dense += row * row.transpose();
    }
    for (std::int32_t j = 0; j < n; ++j) {
      dense(j, j) += 0.5;
      for (std::int32_t i = j; i < n; ++i) {
        const std::int32_t at = pattern->find(i, j);
        if (at >= 0) sparse.values[static_cast<std::size_t>(at)] = dense(i, j);
        if (at < 0) {
          EXPECT_EQ(dense(i, j), 0.0);
        }
      }
    }
  }
};

TEST(LinalgSparse, SolvesAndInvertsAsADenseMatrixDoes) {
  for (const std::size_t width : {2u, 3u, 5u}) {
    const index_t n = 40;
    const Case c(n, 60, width, static_cast<unsigned>(width));
    std::vector<double> scale(static_cast<std::size_t>(n)), added(scale.size()), b(scale.size());
    Eigen::MatrixXd S = c.dense;
    for (index_t j = 0; j < n; ++j) {
      const auto k = static_cast<std::size_t>(j);
      scale[k] = 0.5 + 0.1 * static_cast<double>(j % 7),
      added[k] = 0.01 * static_cast<double>(j % 3), b[k] = std::sin(j);
      S.row(j) *= scale[k], S.col(j) *= scale[k];
    }
    for (index_t j = 0; j < n; ++j) S(j, j) += added[static_cast<std::size_t>(j)] + 0.25;
    SparseFactor factor(c.pattern);
    ASSERT_TRUE(factor.factor(c.sparse, scale, added, 0.25));
    const Eigen::VectorXd x = S.ldlt().solve(Eigen::Map<Eigen::VectorXd>(b.data(), n));
    factor.solve(b);
    const std::vector<double> diagonal = factor.inverse_diagonal();
    const Eigen::MatrixXd inverse = S.inverse();
    for (index_t j = 0; j < n; ++j) {
      EXPECT_NEAR(b[static_cast<std::size_t>(j)], x[j], 1e-12 * x.norm());
      EXPECT_NEAR(diagonal[static_cast<std::size_t>(j)], inverse(j, j), 1e-11 * inverse(j, j));
    }
  }
}

TEST(LinalgSparse, AnArrowFillsNothingIn) {
  const index_t n = 300;
  const Case c(n, 900, 2, 5);  // each row: one parameter and the last
  SparseFactor factor(c.pattern);
  const std::vector<double> one(static_cast<std::size_t>(n), 1.0), none(one.size(), 0.0);
  ASSERT_TRUE(factor.factor(c.sparse, one, none, 0.0));
  EXPECT_LE(factor.entries(), n);
}

TEST(LinalgSparse, ProductsAreThoseOfTheScaledMatrix) {
  const index_t n = 20;
  const Case c(n, 30, 3, 2);
  std::vector<double> u, v, s;
  for (index_t j = 0; j < n; ++j)
    u.push_back(std::sin(j)), v.push_back(std::cos(j)),
        s.push_back(1.0 + 0.1 * static_cast<double>(j));
  const auto of = [&](std::vector<double>& x) { return Eigen::Map<Eigen::VectorXd>(x.data(), n); };
  const double wanted = of(u).cwiseProduct(of(s)).dot(c.dense * of(v).cwiseProduct(of(s)));
  EXPECT_NEAR(c.sparse.product(u, v, s), wanted, 1e-12 * std::abs(wanted));
}

TEST(LinalgSparse, ASingularMatrixIsRefused) {
  Case c(10, 20, 2, 3);
  for (double& value : c.sparse.values) value = 0.0;
  const std::vector<double> one(10, 1.0), none(10, 0.0);
  SparseFactor factor(c.pattern);
  EXPECT_FALSE(factor.factor(c.sparse, one, none, 0.0));
  EXPECT_TRUE(factor.factor(c.sparse, one, none, 1.0));
}

}  // namespace
}  // namespace nlsq::linalg
