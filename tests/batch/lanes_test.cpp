// SPDX-License-Identifier: MIT
// The parts of lanes one by one: sums against plain loops, covariances against an inverse.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <vector>

#include "batch/lanes.hpp"
#include "support/decay.hpp"

namespace nlsq::batch {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

class EveryIsa : public ::testing::TestWithParam<engine::Isa> {};

TEST_P(EveryIsa, SumsProductsOfColumnsLaneByLane) {
  const LaneKernels& kernels = lane_kernels(GetParam());
  const index_t lanes = kernels.lanes, rows = 13;
  test::Noise noise(3);
  for (index_t q = 1; q <= kMostParameters + 1; ++q) {
    std::vector<std::vector<double>> columns(z(q), std::vector<double>(z(rows * lanes)));
    std::vector<const double*> pointers;
    for (auto& column : columns) {
      for (double& value : column) value = noise();
      pointers.push_back(column.data());
    }
    std::vector<double> sums(z(packed_size(q) * lanes), 0.5);
    kernels.gram(pointers.data(), q, rows, sums.data());
    for (index_t i = 0; i < q; ++i) {
      for (index_t j = 0; j <= i; ++j) {
        for (index_t lane = 0; lane < lanes; ++lane) {
          double sum = 0.5;
          for (index_t r = 0; r < rows; ++r)
            sum += columns[z(i)][z(r * lanes + lane)] * columns[z(j)][z(r * lanes + lane)];
          EXPECT_NEAR(sums[z(packed_index(i, j) * lanes + lane)], sum, 1e-14 * 20.0);
        }
      }
    }
  }
}

TEST_P(EveryIsa, InvertsTheNormalEquations) {
  const LaneKernels& kernels = lane_kernels(GetParam());
  const index_t lanes = kernels.lanes;
  test::Noise noise(5);
  for (index_t n = 1; n <= kMostParameters; ++n) {
    std::vector<double> summary(z(summary_size(n) * lanes));
    std::vector<Eigen::MatrixXd> gram;
    for (index_t lane = 0; lane < lanes; ++lane) {
      const Eigen::MatrixXd J = Eigen::MatrixXd::NullaryExpr(3 * n, n, [&] { return noise(); });
      gram.push_back(J.transpose() * J);
      for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j <= i; ++j)
          summary[z(packed_index(i, j) * lanes + lane)] = gram.back()(i, j);
      }
    }
    std::vector<double> covariance(z(packed_size(n) * lanes)), pivot(z(lanes));
    kernels.invert(summary.data(), n, covariance.data(), pivot.data());
    for (index_t lane = 0; lane < lanes; ++lane) {
      const Eigen::MatrixXd inverse = gram[z(lane)].inverse();
      for (index_t i = 0; i < n; ++i) {
        for (index_t j = 0; j <= i; ++j) {
          EXPECT_NEAR(covariance[z(packed_index(i, j) * lanes + lane)], inverse(i, j),
                      1e-11 * inverse.cwiseAbs().maxCoeff());
        }
      }
      EXPECT_GT(pivot[z(lane)], 0.0);
      EXPECT_LE(pivot[z(lane)], 1.0);
    }
  }
}

// Two columns that are one: no inverse, and the pivot says so.
TEST_P(EveryIsa, SeesSingularNormalEquations) {
  const LaneKernels& kernels = lane_kernels(GetParam());
  const index_t lanes = kernels.lanes;
  std::vector<double> summary(z(summary_size(2) * lanes), 1.0), covariance(z(3 * lanes)),
      pivot(z(lanes));
  kernels.invert(summary.data(), 2, covariance.data(), pivot.data());
  for (const double p : pivot) EXPECT_LT(p, 1e-7);
  for (index_t lane = 0; lane < lanes; ++lane) summary[z(2 * lanes + lane)] = 0.0;
  kernels.invert(summary.data(), 2, covariance.data(), pivot.data());
  for (const double p : pivot) EXPECT_EQ(p, 0.0);
}

INSTANTIATE_TEST_SUITE_P(All, EveryIsa, ::testing::ValuesIn(engine::available_isas()),
                         [](const auto& isa) { return std::string(engine::name(isa.param)); });

}  // namespace
}  // namespace nlsq::batch
