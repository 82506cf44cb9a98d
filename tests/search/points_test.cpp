// SPDX-License-Identifier: MIT
// Points of the cube, rows of the data, frequencies of a curve, structure of residuals.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <set>

#include "search/periodogram.hpp"
#include "search/sample.hpp"
#include "search/sobol.hpp"
#include "search/support.hpp"

namespace nlsq::search {
namespace {

TEST(Sobol, EachCoordinateHasOnePointInEachPart) {
  Sobol sobol(10, 3);
  std::vector<std::set<int>> parts(10);
  std::vector<double> point(10);
  for (int i = 0; i < 64; ++i) {
    sobol.next(point.data());
    for (std::size_t d = 0; d < 10; ++d) {
      EXPECT_GT(point[d], 0.0);
      EXPECT_LT(point[d], 1.0);
      parts[d].insert(static_cast<int>(point[d] * 64.0));
    }
  }
  for (std::size_t d = 0; d < 10; ++d) EXPECT_EQ(parts[d].size(), 64u) << d;
}

TEST(Sobol, SeedsDifferAndRepeat) {
  std::vector<double> a(12), b(12), c(12);
  Sobol first(12, 1), second(12, 1), third(12, 2);
  for (int i = 0; i < 5; ++i) first.next(a.data()), second.next(b.data()), third.next(c.data());
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
}

TEST(Rows, AllOfFewAndThoseThatCount) {
  std::vector<double> x = test::even(0.0, 1.0, 20), y = x, sigma(20, 1.0);
  y[3] = NAN;
  sigma[5] = INFINITY;
  Table table = test::table_of(x, y);
  table.sigma = {sigma.data(), false};
  const std::vector<index_t> rows = choose_rows(table);
  EXPECT_EQ(rows.size(), 18u);
  EXPECT_FALSE(std::binary_search(rows.begin(), rows.end(), 3));
  EXPECT_FALSE(std::binary_search(rows.begin(), rows.end(), 5));
}

TEST(Rows, OfManyThoseThatStandOutAreAmongThem) {
  for (const int count : {5000, 100000}) {
    std::vector<double> x = test::even(0.0, 1.0, count), y(x.size(), 0.0);
    y[static_cast<std::size_t>(count / 3)] = 5.0;
    const std::vector<index_t> rows = choose_rows(test::table_of(x, y));
    EXPECT_LE(rows.size(), 256u);
    EXPECT_GT(rows.size(), 100u);
    EXPECT_TRUE(std::binary_search(rows.begin(), rows.end(), count / 3)) << count;
    EXPECT_EQ(rows.front(), 0);
    EXPECT_EQ(rows.back(), count - 1);
    // Never at equal distances.
    std::set<index_t> steps;
    for (std::size_t i = 1; i < rows.size(); ++i) steps.insert(rows[i] - rows[i - 1]);
    EXPECT_GT(steps.size(), 20u);
  }
}

TEST(Rows, InOrderOfTheDataForStructure) {
  std::vector<double> x = {3.0, 1.0, 2.0, 0.0}, y(4, 0.0);
  EXPECT_EQ(spread_rows(test::table_of(x, y), 100), (std::vector<index_t>{3, 1, 2, 0}));
}

TEST(Rows, SamplesAreCopiesWithWeights) {
  const std::vector<float> x = {1.0f, 2.0f, 4.0f};
  const std::vector<double> y = {5.0, 6.0, 7.0}, sigma = {2.0, 1.0, 4.0};
  Table table;
  table.columns.push_back({x.data(), true});
  table.y = {y.data(), false};
  table.sigma = {sigma.data(), false};
  table.rows = 3;
  const Sample sample = take_sample(table, choose_rows(table));
  ASSERT_EQ(sample.rows, 3);
  EXPECT_EQ(sample.padded, 16);
  EXPECT_EQ(sample.columns[0][1], 2.0);
  EXPECT_EQ(sample.columns[0][15], 4.0);
  EXPECT_EQ(sample.weight[0], 0.5);
  EXPECT_EQ(sample.weight[2], 0.25);
}

double nearest(const std::vector<double>& values, double wanted) {
  double least = INFINITY;
  for (const double v : values) least = std::min(least, std::abs(v - wanted));
  return least;
}

TEST(Frequencies, OfEvenAndOfUnevenRows) {
  std::mt19937_64 random(4);
  std::uniform_real_distribution<double> at(0.0, 30.0);
  std::vector<double> uneven, flat = test::even(0.0, 30.0, 200);
  for (int i = 0; i < 200; ++i) uneven.push_back(at(random));
  for (const double w : {1.3, 5.1, 17.0}) {
    for (const std::vector<double>& x : {flat, uneven}) {
      std::vector<double> y;
      for (const double v : x) y.push_back(40.0 + 0.2 * v + std::sin(w * v + 0.4));
      const double resolution = 2.0 * std::numbers::pi / 30.0 / 4.0;
      EXPECT_LT(nearest(likely_frequencies(x, y, 200, 1), w), resolution) << w;
    }
  }
}

TEST(Frequencies, OfTwoWavesAndTheirDifference) {
  const std::vector<double> x = test::even(0.0, 20.0, 400);
  std::vector<double> y;
  for (const double v : x) y.push_back(2.0 * std::sin(8.0 * v) + 0.7 * std::cos(11.0 * v));
  const std::vector<double> found = likely_frequencies(x, y, 400, 2);
  for (const double w : {8.0, 11.0, 3.0}) EXPECT_LT(nearest(found, w), 0.1) << w;
}

TEST(Frequencies, OfAChirpComeWithTheirRates) {
  const std::vector<double> x = test::even(0.0, 1.0, 400);
  for (const double sign : {1.0, -1.0}) {
    std::vector<double> y, squares;
    for (const double v : x) {
      squares.push_back(v * v);
      y.push_back(std::cos(200.0 * v + sign * 90.0 * v * v + 0.3));
    }
    const Chirps found = likely_chirps(x, squares, y, 400);
    ASSERT_FALSE(found.rates.empty());
    EXPECT_NEAR(found.rates[0], sign * 90.0, 4.0);
    EXPECT_NEAR(found.frequencies[0], 200.0, 5.0);
    EXPECT_TRUE(likely_chirps(x, x, y, 400).rates.empty());
  }
}

TEST(Frequencies, ThereAreNoneOfAConstant) {
  const std::vector<double> x = test::even(0.0, 1.0, 50), zero(50, 0.0), same(50, 2.0);
  EXPECT_TRUE(likely_frequencies(x, zero, 50, 1).empty());
  EXPECT_TRUE(likely_frequencies(same, x, 50, 1).empty());
}

}  // namespace
}  // namespace nlsq::search
