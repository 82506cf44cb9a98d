// SPDX-License-Identifier: MIT
// Tests of residuals: about normal for independent ones of unequal sizes, loud for those that go
// together, silent for digits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "stats/digits.hpp"
#include "stats/periodogram.hpp"
#include "stats/replicates.hpp"
#include "stats/serial.hpp"

namespace nlsq::stats {
namespace {

std::vector<double> noise(std::size_t m, std::uint64_t seed, double growth = 1.0) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<double> r(m);
  double size = 1.0;
  for (double& v : r) {
    v = size * normal(generator);
    size *= growth;
  }
  return r;
}

std::vector<double> wave(std::size_t m, double step) {
  std::vector<double> r(m);
  for (std::size_t i = 0; i < m; ++i) r[i] = std::sin(step * static_cast<double>(i));
  return r;
}

std::vector<double> places(std::size_t m) {
  std::vector<double> x(m);
  for (std::size_t i = 0; i < m; ++i) x[i] = 0.1 * static_cast<double>(i);
  return x;
}

TEST(SerialSums, AreWhatTheyAreDefinedAs) {
  const SerialSums sums = serial_sums(std::vector<double>{1, 2, -1, 3, 2, 1});
  // In units of 2, next below the largest, 3.
  EXPECT_EQ(sums.next.sum, (2 - 2 - 3 + 6 + 2) / 4.0);
  EXPECT_EQ(sums.next.squares, (4 + 4 + 9 + 36 + 4) / 16.0);
  EXPECT_EQ(sums.next.t(), sums.next.sum / std::sqrt(sums.next.squares));
  EXPECT_EQ(sums.four.sum, (1 * 6 + 2 * 5 - 1 * 6 + 3 * 3 + 2 * 1) / 4.0);
  EXPECT_EQ(sums.energy, 5.0);
  EXPECT_EQ(sums.skipped, (-1 + 6 - 2 + 3) / 4.0);
}

TEST(SerialSums, DoNotDependOnTheUnitOfResiduals) {
  const std::vector<double> r = noise(100, 5);
  const SerialSums sums = serial_sums(r);
  for (const double unit : {1e-150, 1e-90, 1e90, 1e200}) {
    std::vector<double> scaled(r);
    for (double& value : scaled) value *= unit;
    const SerialSums again = serial_sums(scaled);
    EXPECT_NEAR(again.next.t(), sums.next.t(), 1e-12) << unit;
    EXPECT_NEAR(again.four.t(), sums.four.t(), 1e-12) << unit;
    EXPECT_NEAR(again.correlation(), sums.correlation(), 1e-12) << unit;
    EXPECT_NEAR(again.z(), sums.z(), 1e-12) << unit;
  }
}

TEST(SerialSums, RarelyGoTogetherWithoutReason) {
  for (const double growth : {1.0, 1.1}) {
    for (const std::size_t m : {24U, 100U}) {
      int alarms = 0;
      for (std::uint64_t seed = 0; seed < 2000; ++seed)
        alarms += go_together(serial_sums(noise(m, seed, growth))) ? 1 : 0;
      EXPECT_LE(alarms, 4) << m << " " << growth;
    }
  }
}

TEST(SerialSums, GoTogetherInAWaveUnderNoise) {
  for (const std::size_t m : {24U, 100U, 1000U}) {
    std::vector<double> r = wave(m, 0.4);
    const std::vector<double> small = noise(m, 3);
    for (std::size_t i = 0; i < m; ++i) r[i] += 0.3 * small[i];
    EXPECT_TRUE(go_together(serial_sums(r))) << m;
    for (std::size_t i = 0; i < m; i += 2) r[i] = -r[i];
    EXPECT_FALSE(go_together(serial_sums(r))) << m;
  }
}

TEST(SerialSums, OfNothingAreQuiet) {
  EXPECT_FALSE(go_together(serial_sums({})));
  EXPECT_FALSE(go_together(serial_sums(std::vector<double>(50, 0.0))));
  EXPECT_EQ(serial_sums(std::vector<double>(50, 0.0)).next.t(), 0.0);
}

TEST(Digits, AreSeenInDecimalsInSignificantDigitsAndInSteps) {
  const std::vector<double> x = wave(200, 0.05);
  std::vector<double> decimals, digits, steps, exact, r_decimals, r_digits, r_steps, r_noise;
  const std::vector<double> normal = noise(200, 5);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double v = 100.0 * std::exp(-0.04 * static_cast<double>(i)) + x[i];
    decimals.push_back(std::round(v * 10.0) / 10.0);
    char text[32];
    std::snprintf(text, sizeof(text), "%.3g", v);
    digits.push_back(std::strtod(text, nullptr));
    steps.push_back(0.37 * std::round(v / 0.37));
    exact.push_back(v + 1e-16 * normal[i]);
    r_decimals.push_back(v - decimals[i]);
    r_digits.push_back(v - digits[i]);
    r_steps.push_back(v - steps[i]);
    r_noise.push_back(0.2 * normal[i]);
  }
  EXPECT_TRUE(are_digits(decimals, r_decimals));
  EXPECT_TRUE(are_digits(digits, r_digits));
  EXPECT_TRUE(are_digits(steps, r_steps));
  EXPECT_TRUE(are_digits(exact, std::vector<double>(200, 1e-14)));
  EXPECT_FALSE(are_digits(decimals, r_noise));
  EXPECT_FALSE(are_digits(exact, r_noise));
}

TEST(LackOfFit, IsSeenInMeansAndNotInScatter) {
  std::vector<index_t> ends;
  for (index_t g = 1; g <= 8; ++g) ends.push_back(4 * g);
  int alarms = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed)
    alarms += lack_of_fit(noise(32, seed, 1.1), ends).p < 1e-4 ? 1 : 0;
  EXPECT_LE(alarms, 2);
  std::vector<double> off = noise(32, 1);
  for (std::size_t i = 0; i < off.size(); ++i) off[i] += i / 4 % 2 == 0 ? 5.0 : -5.0;
  const LackOfFit found = lack_of_fit(off, ends);
  EXPECT_LT(found.p, 1e-6);
  EXPECT_GT(found.share, 0.8);
  EXPECT_EQ(lack_of_fit(noise(8, 1), std::vector<index_t>{1, 2, 3, 4, 5, 6, 7, 8}).p, 1.0);
}

TEST(Periodogram, FindsAFrequencyAtEvenAndUnevenPlaces) {
  std::vector<double> x = places(60), r(60);
  const std::vector<double> normal = noise(60, 9);
  for (const bool uneven : {false, true}) {
    if (uneven) {
      std::mt19937_64 generator(1);
      for (double& v : x) v = 6.0 * std::uniform_real_distribution<double>()(generator);
    }
    for (std::size_t i = 0; i < x.size(); ++i)
      r[i] = std::sin(2.0 * 3.14159265358979 * 3.3 * x[i]) + 0.3 * normal[i];
    const SpectralPeak peak = periodogram_peak(x, r);
    EXPECT_NEAR(peak.frequency, 3.3, 0.1);
    EXPECT_LT(peak.p, 1e-6);
  }
}

TEST(Periodogram, RarelyHasAPeakInNoise) {
  for (const std::size_t m : {30U, 100U}) {
    int alarms = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed)
      alarms += periodogram_peak(places(m), noise(m, seed, seed % 2 == 0 ? 1.0 : 1.05)).p < 1e-3;
    EXPECT_LE(alarms, 4) << m;
  }
  EXPECT_EQ(periodogram_peak(std::vector<double>(5, 1.0), noise(5, 1)).p, 1.0);
  EXPECT_EQ(periodogram_peak({}, {}).p, 1.0);
}

}  // namespace
}  // namespace nlsq::stats
