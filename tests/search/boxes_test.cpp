// SPDX-License-Identifier: MIT
// What a box picks: inside its ranges and bounds, in units of the data.
#include "search/boxes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "search/support.hpp"

namespace nlsq::search {
namespace {

std::vector<double> picks(const Box& box, int count = 1000) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(box.pick((i + 0.5) / count));
  return values;
}

TEST(Box, RangesGetTheirShares) {
  Box box;
  box.add_log(3.0, 1.0, 100.0);
  box.add_log(1.0, 1.0, 100.0, -1.0);
  int negative = 0, below_ten = 0;
  for (const double v : picks(box)) {
    EXPECT_GE(std::abs(v), 1.0);
    EXPECT_LE(std::abs(v), 100.0 * (1 + 1e-12));
    negative += v < 0.0;
    below_ten += v > 0.0 && v < 10.0;
  }
  EXPECT_EQ(negative, 250);
  EXPECT_NEAR(below_ten, 375, 2);
}

TEST(Box, BoundsReplaceWhatIsOutsideThem) {
  Box box;
  box.add_even(1.0, -10.0, 10.0);
  box.lower = 2.0;
  for (const double v : picks(box)) EXPECT_GE(v, 2.0);
  box.upper = 3.0;
  double least = 3.0, most = 2.0;
  for (const double v : picks(box)) {
    least = std::min(least, v), most = std::max(most, v);
  }
  EXPECT_GE(least, 2.0);
  EXPECT_LE(most, 3.0);
  EXPECT_LT(least, 2.2);
  EXPECT_GT(most, 2.8);
}

// A rate in 1/s and in 1/ns is the same rate.
TEST(Box, ScalesWithTheData) {
  const std::vector<double> x = test::even(0.0, 10.0, 50), small = test::even(0.0, 1e-8, 50);
  for (const Role role : {Role::rate, Role::frequency}) {
    for (const double exponent : {1.0, -1.0}) {
      Meeting m;
      m.role = role;
      m.exponent = exponent;
      m.factors.push_back({0, 1.0});
      const Box a = box_of(m, facts_of(x, 50), {}, {}, {}, true);
      const Box b = box_of(m, facts_of(small, 50), {}, {}, {}, true);
      for (const double u : {0.1, 0.4, 0.7, 0.95}) {
        const double unit = exponent > 0.0 ? 1e-9 : 1e9;
        EXPECT_NEAR(b.pick(u) * unit / a.pick(u), 1.0, 1e-9);
      }
    }
  }
}

TEST(Box, OfAFrequencyReachesFromAQuarterPeriodToTwoRowsAPeriod) {
  Meeting m;
  m.role = Role::frequency;
  m.factors.push_back({0, 1.0});
  const Box box = box_of(m, facts_of(test::even(0.0, 9.0, 10), 10), {}, {}, {}, false);
  double least = INFINITY, most = 0.0;
  for (const double v : picks(box)) {
    least = std::min(least, v), most = std::max(most, v);
  }
  EXPECT_NEAR(least, 0.25 * 2.0 * std::numbers::pi / 9.0, 1e-2);
  EXPECT_NEAR(most, std::numbers::pi, 1e-2);
}

TEST(Box, OfAShiftReachesBeyondTheDataAndPrefersFeatures) {
  const std::vector<double> x = test::even(100.0, 200.0, 80);
  Meeting m;
  m.role = Role::shift;
  m.partner = 0;
  const std::vector<double> places = {133.0};
  const Box box = box_of(m, {}, facts_of(x, 80), places, {}, true);
  int below = 0, above = 0, there = 0;
  for (const double v : picks(box)) {
    below += v < 100.0;
    above += v > 200.0;
    there += v == 133.0;
  }
  EXPECT_GT(below, 80);
  EXPECT_GT(above, 80);
  EXPECT_GT(there, 250);
  // Added to data instead: the same places with the other sign.
  m.adds = true;
  const Box added = box_of(m, {}, facts_of(x, 80), places, {}, true);
  EXPECT_EQ(added.pick(0.2), -133.0);
}

TEST(Box, OfAPoleLeavesTheDataOnOneSide) {
  Meeting m;
  m.role = Role::shift;
  m.use = Use::pole;
  m.adds = true;
  m.partner = 0;
  const Box box = box_of(m, {}, facts_of(test::even(1e-6, 1e-3, 40), 40), {}, {}, true);
  int inside = 0, right = 0;
  for (const double v : picks(box)) {
    inside += v < -1e-6 && v > -1e-3;
    right += v > 1e-8 && v < 1e-1;
  }
  EXPECT_LT(inside, 300);
  EXPECT_GT(right, 400);
}

TEST(Facts, AreOfDistinctValues) {
  const std::vector<double> values = {2.0, 0.0, 2.0, 4.0, -8.0};
  const Facts facts = facts_of(values, 5);
  EXPECT_EQ(facts.sorted, (std::vector<double>{-8.0, 0.0, 2.0, 4.0}));
  EXPECT_EQ(facts.span, 12.0);
  EXPECT_EQ(facts.least, 2.0);
  EXPECT_EQ(facts.most, 8.0);
  EXPECT_EQ(facts_of({}, 0).sorted.size(), 0u);
}

TEST(Features, FindAPeakADipAndAStep) {
  const std::vector<double> x = test::even(0.0, 100.0, 201);
  std::vector<double> y;
  for (const double v : x)
    y.push_back(std::exp(-(v - 20.0) * (v - 20.0)) - std::exp(-(v - 50.0) * (v - 50.0)) +
                (v > 80.0 ? 3.0 : 0.0));
  const std::vector<double> places = features(x, y);
  for (const double wanted : {20.0, 50.0, 80.0}) {
    double least = INFINITY;
    for (const double v : places) least = std::min(least, std::abs(v - wanted));
    EXPECT_LE(least, 2.0) << wanted;
  }
}

}  // namespace
}  // namespace nlsq::search
