// SPDX-License-Identifier: MIT
// Sums over a column: right, the same bits with every instruction set; one value that is not finite
// is found wherever it stands.
#include "reduce/column_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace nlsq::reduce {
namespace {

std::vector<double> random_values(index_t n) {
  std::mt19937_64 generator(static_cast<std::uint64_t>(n));
  std::normal_distribution<double> normal(1e6, 1.0);
  std::vector<double> y(static_cast<std::size_t>(n));
  for (double& v : y) v = normal(generator);
  return y;
}

TEST(ColumnKernels, SumsAreRightAndTheSameWithEveryInstructionSet) {
  for (index_t n = 0; n < 300; n = n < 140 ? n + 1 : n + 37) {
    const std::vector<double> y = random_values(n);
    const double y0 = n > 0 ? y[0] : 0.0;
    long double d = 0.0L, dd = 0.0L;
    for (const double v : y) {
      d += static_cast<long double>(v) - y0;
      dd += (static_cast<long double>(v) - y0) * (static_cast<long double>(v) - y0);
    }
    const ShiftedSums reference =
        column_kernels(engine::Isa::portable).shifted_sums(y.data(), n, y0);
    EXPECT_NEAR(reference.d, static_cast<double>(d), 1e-13 * static_cast<double>(n + 1) * 3);
    EXPECT_NEAR(reference.dd, static_cast<double>(dd), 1e-14 * static_cast<double>(dd + 1));
    for (const engine::Isa isa : engine::available_isas()) {
      const ShiftedSums sums = column_kernels(isa).shifted_sums(y.data(), n, y0);
      EXPECT_EQ(sums.d, reference.d) << n << " " << engine::name(isa);
      EXPECT_EQ(sums.dd, reference.dd) << n << " " << engine::name(isa);
    }
  }
}

TEST(ColumnKernels, NeighboursAreThoseOfTheSlowSumsWithTheSameBitsEverywhere) {
  for (index_t n = 0; n < 100; ++n) {
    std::vector<double> r = random_values(n), x(r.size());
    for (std::size_t i = 0; i < r.size(); ++i) {
      r[i] -= 1e6;
      x[i] = 0.1 * static_cast<double>(i);
    }
    const auto at = [&](std::size_t i) { return i < r.size() ? r[i] : 0.0; };
    double one = 0.0, one_squares = 0.0, four = 0.0, four_squares = 0.0, skipped = 0.0,
           energy = 0.0;
    for (std::size_t i = 0; i < r.size(); ++i) {
      const double by_one = r[i] * at(i + 1);
      const double by_four = r[i] * (at(i + 1) + at(i + 2) + at(i + 3) + at(i + 4));
      one += by_one;
      one_squares += by_one * by_one;
      four += by_four;
      four_squares += by_four * by_four;
      if (i + 2 < r.size()) skipped += r[i] * r[i + 2];
      energy += r[i] * r[i];
    }
    const double close = 1e-13 * static_cast<double>(n + 1) * 20.0;
    const NeighbourSums first =
        column_kernels(engine::Isa::portable).neighbours(r.data(), x.data(), n);
    EXPECT_NEAR(first.one, one, close);
    EXPECT_NEAR(first.one_squares, one_squares, close);
    EXPECT_NEAR(first.four, four, close);
    EXPECT_NEAR(first.four_squares, four_squares, 10.0 * close);
    EXPECT_NEAR(first.skipped, skipped, close);
    EXPECT_NEAR(first.energy, energy, close);
    for (const engine::Isa isa : engine::available_isas()) {
      const auto sums = [&](const std::vector<double>& places) {
        return column_kernels(isa).neighbours(r.data(), places.data(), n);
      };
      const NeighbourSums same = sums(x);
      EXPECT_EQ(same.one, first.one) << engine::name(isa);
      EXPECT_EQ(same.four_squares, first.four_squares) << engine::name(isa);
      EXPECT_EQ(same.skipped, first.skipped) << engine::name(isa);
      EXPECT_EQ(same.energy, first.energy) << engine::name(isa);
      EXPECT_TRUE(same.rises);
      EXPECT_EQ(same.falls, n < 2);
      for (index_t k = 1; k < n; ++k) {
        std::vector<double> tied = x;
        tied[static_cast<std::size_t>(k)] = tied[static_cast<std::size_t>(k - 1)];
        EXPECT_FALSE(sums(tied).rises) << k << " of " << n;
      }
      const std::vector<double> back(x.rbegin(), x.rend());
      EXPECT_TRUE(sums(back).falls);
    }
  }
}

TEST(ColumnKernels, AFingerprintIsTheSameWithEveryInstructionSet) {
  const std::vector<double> y = random_values(4096);
  std::set<std::uint64_t> seen;
  for (index_t bytes = 0; bytes <= 32768; bytes = bytes < 600 ? bytes + 1 : bytes + 997) {
    const std::uint64_t reference =
        column_kernels(engine::Isa::portable).fingerprint(y.data(), bytes);
    EXPECT_TRUE(seen.insert(reference).second) << bytes;
    for (const engine::Isa isa : engine::available_isas())
      EXPECT_EQ(column_kernels(isa).fingerprint(y.data(), bytes), reference) << bytes;
  }
}

// Values whose bits differ in a few of the highest places alone, where sums modulo 2⁶⁴ forget most.
TEST(ColumnKernels, AFingerprintSeesEveryChangeAndEveryExchange) {
  const auto fingerprint = column_kernels(engine::available_isas().front()).fingerprint;
  for (const auto& [low, high] : {std::pair{-1.0, 1.0}, {1.0, 2.0}, {0.0, 1.0}, {1.0, 1.5}}) {
    std::vector<double> y(4096);
    std::mt19937_64 generator(5);
    for (double& v : y) v = generator() % 2 == 0 ? low : high;
    const auto of = [&] { return fingerprint(y.data(), 8 * 4096); };
    const std::uint64_t before = of();
    for (double& v : y) {
      const double old = v;
      v = old == low ? high : low;
      EXPECT_NE(of(), before);
      v = old;
    }
    for (int i = 0; i < 20000; ++i) {
      double& a = y[generator() % 4096];
      double& b = y[generator() % 2 == 0 ? static_cast<std::size_t>(&a - y.data()) ^ 32u
                                         : generator() % 4096];
      if (a == b) continue;
      std::swap(a, b);
      EXPECT_NE(of(), before);
      std::swap(a, b);
    }
    EXPECT_EQ(of(), before);
  }
}

TEST(ColumnKernels, OneValueThatIsNotFiniteIsFound) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  for (const engine::Isa isa : engine::available_isas()) {
    const auto all_finite = column_kernels(isa).all_finite;
    for (const index_t n : {0, 1, 7, 8, 31, 32, 33, 100}) {
      std::vector<double> y(static_cast<std::size_t>(n), 1e308);
      EXPECT_TRUE(all_finite(y.data(), n));
      for (std::size_t i = 0; i < y.size(); ++i) {
        for (const double bad : {kInf, -kInf, std::nan(""), -std::nan("")}) {
          y[i] = bad;
          EXPECT_FALSE(all_finite(y.data(), n)) << engine::name(isa) << " " << n << " " << i;
        }
        y[i] = i % 2 == 0 ? -0.0 : -5e-324;
      }
    }
  }
}

}  // namespace
}  // namespace nlsq::reduce
