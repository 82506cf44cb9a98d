// SPDX-License-Identifier: MIT
// The triangle of rows that are added block by block: RᵀR = AᵀA to the condition's digits, whatever
// the number of rows, of columns and the instruction set; no squares, so that small singular values
// keep their digits; nothing that is not finite is lost.
#include "reduce/householder_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "linalg/householder.hpp"

namespace nlsq::reduce {
namespace {

using Values = std::vector<double>;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

Values random_matrix(index_t m, index_t q, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  Values A(z(m * q));
  for (double& a : A) a = normal(generator);
  return A;
}

// Its triangle, `at_once` rows a block, filled up with zeros.
Values triangle_of(const Values& A, index_t m, index_t q, index_t at_once, engine::Isa isa) {
  Values R(z(q * q), 0.0);
  for (index_t first = 0; first < m; first += at_once) {
    const index_t rows = std::min(at_once, m - first);
    const index_t padded = (rows + HouseholderKernels::kLanes - 1) / HouseholderKernels::kLanes *
                           HouseholderKernels::kLanes;
    Values block(z(padded * q), 0.0);
    for (index_t j = 0; j < q; ++j)
      for (index_t i = 0; i < rows; ++i) block[z(i + j * padded)] = A[z(first + i + j * m)];
    householder_kernels(isa).add_block(block.data(), padded, q, R.data());
  }
  return R;
}

Values reference(Values A, index_t m, index_t q) {
  Values R(z(q * q));
  linalg::householder_triangle(A.data(), m, q, m, R.data());
  return R;
}

void expect_same(const Values& R, const Values& expected, index_t q, double tolerance) {
  for (index_t j = 0; j < q; ++j) {
    double size = 0.0;
    for (index_t i = 0; i <= j; ++i) size = std::max(size, std::abs(expected[z(i + j * q)]));
    EXPECT_GE(R[z(j + j * q)], 0.0);
    for (index_t i = 0; i < q; ++i)
      EXPECT_NEAR(R[z(i + j * q)], expected[z(i + j * q)], tolerance * size) << i << " " << j;
  }
}

TEST(HouseholderKernels, GiveTheTriangleOfAllRowsWithEveryInstructionSet) {
  for (const engine::Isa isa : engine::available_isas()) {
    for (const index_t q : {1, 2, 3, 5, 8, 13}) {
      for (const index_t m : {13, 16, 17, 40, 700}) {
        const Values A = random_matrix(m, q, static_cast<unsigned>(m + q));
        for (const index_t at_once : {index_t{16}, index_t{48}, m})
          expect_same(triangle_of(A, m, q, at_once, isa), reference(A, m, q), q, 1e-12);
      }
    }
  }
}

TEST(HouseholderKernels, LeaveZerosWhereThereAreFewerRowsThanColumns) {
  const Values A = random_matrix(3, 5, 1);
  const Values R = triangle_of(A, 3, 5, 16, engine::chosen_isa());
  expect_same(R, reference(A, 3, 5), 5, 1e-13);
  for (const index_t i : {3, 4})
    for (index_t j = i; j < 5; ++j) EXPECT_NEAR(R[z(i + j * 5)], 0.0, 1e-14);
  EXPECT_EQ(triangle_of(Values(32, 0.0), 16, 2, 16, engine::chosen_isa()), Values(4, 0.0));
}

// The columns of a narrow peak are tails of it in most blocks of rows: their squares underflow.
TEST(HouseholderKernels, TakeColumnsWhoseSquaresUnderflowOrOverflow) {
  constexpr index_t m = 200, q = 3;
  const Values A = random_matrix(m, q, 11), expected = reference(A, m, q);
  for (const engine::Isa isa : engine::available_isas()) {
    for (const int exponent : {-1000, -600, -530, 500, 600}) {
      Values scaled = A, R = expected;
      for (index_t i = 0; i < m; ++i) scaled[z(i + m)] = std::ldexp(A[z(i + m)], exponent);
      for (index_t i = 0; i < q; ++i) R[z(i + q)] = std::ldexp(expected[z(i + q)], exponent);
      expect_same(triangle_of(scaled, m, q, 16, isa), R, q, 1e-12);
    }
  }
}

TEST(HouseholderKernels, PassOverRowsThatAreNothingBesideTheOthers) {
  constexpr index_t m = 64, q = 3;
  for (const double tail : {1e-155, 1e-160, 1e-200, 1e-310}) {
    Values A = random_matrix(m, q, 12);
    for (index_t i = 16; i < m; ++i) A[z(i)] = tail;
    expect_same(triangle_of(A, m, q, 16, engine::chosen_isa()), reference(A, m, q), q, 1e-12);
  }
}

TEST(HouseholderKernels, KeepTheDigitsOfASmallSingularValue) {
  constexpr index_t m = 500;
  Values A = random_matrix(m, 2, 7);
  for (index_t i = 0; i < m; ++i) A[z(i + m)] = A[z(i)] + 1e-9 * A[z(i + m)];
  const Values R = triangle_of(A, m, 2, 64, engine::chosen_isa());
  EXPECT_NEAR(R[3] / reference(A, m, 2)[3], 1.0, 1e-6);
  EXPECT_LT(R[3], 1e-7);
  EXPECT_GT(R[3], 1e-9);
}

TEST(HouseholderKernels, LoseNothingThatIsNotFinite) {
  constexpr index_t m = 100, q = 4;
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    for (index_t j = 0; j < q; ++j) {
      for (const index_t row : {0, 31, 99}) {
        Values A = random_matrix(m, q, 3);
        A[z(row + j * m)] = bad;
        bool all = true;
        for (const double r : triangle_of(A, m, q, 32, engine::chosen_isa()))
          all = all && std::isfinite(r);
        EXPECT_FALSE(all) << bad << " in row " << row << " of column " << j;
      }
    }
  }
}

}  // namespace
}  // namespace nlsq::reduce
