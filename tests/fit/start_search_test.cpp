// SPDX-License-Identifier: MIT
// Fits whose parameters have no start: when the one from ones stands, what the search finds, and
// what the caller decided.
#include "starts/start_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"

namespace nlsq {
namespace {

struct Curve {
  std::vector<double> x, y;

  template <class F>
  Curve(int rows, double low, double high, double noise, F f) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal;
    for (int i = 0; i < rows; ++i) {
      x.push_back(low + (high - low) * i / (rows - 1));
      y.push_back(f(x.back()) + noise * normal(random));
    }
  }
  Dataset data() const {
    Dataset all;
    all.column("x", x).response(y);
    return all;
  }
  FitResult fit(const char* formula, const FitOptions& options = {}) const {
    return curve_fit(Model::parse(formula, {"x"}), data(), options);
  }
};

Curve nanoseconds(int rows = 200) {
  return {rows, 0.0, 5e-8, 0.05, [](double t) { return 3.0 * std::exp(-t / 7e-9) + 0.2; }};
}

FitOptions from_ones() {
  FitOptions options;
  options.starts = Starts::ones;
  return options;
}

TEST(StartSearch, ACleanEndFromOnesStandsToTheBit) {
  const Curve decay(100, 0.0, 4.0, 0.02, [](double t) { return 2.0 * std::exp(-1.3 * t) + 0.5; });
  const FitResult searched = decay.fit("a*exp(-b*x) + c"),
                  plain = decay.fit("a*exp(-b*x) + c", from_ones());
  EXPECT_EQ(searched.popt, plain.popt);
  EXPECT_EQ(searched.pcov, plain.pcov);
  EXPECT_EQ(searched.nfev, plain.nfev);
  EXPECT_EQ(searched.start_source, "ones");
  EXPECT_EQ(searched.p0, (std::vector<double>{1.0, 1.0, 1.0}));
}

TEST(StartSearch, FindsADecayInNanoseconds) {
  const Curve decay = nanoseconds();
  const char* const formula = "a*exp(-x/tau) + c";
  FitOptions truth;
  truth.p0 = {3.0, 7e-9, 0.2};
  const FitResult searched = decay.fit(formula), best = decay.fit(formula, truth);
  EXPECT_GT(decay.fit(formula, from_ones()).cost, 2.0 * best.cost);
  EXPECT_NEAR(searched.cost, best.cost, 1e-9 * best.cost);
  EXPECT_NEAR(searched.popt[1], best.popt[1], 1e-6 * best.perr[1]);
  EXPECT_EQ(searched.start_source, "search");
  EXPECT_EQ(best.start_source, "given");
  EXPECT_GT(searched.attempts, 1);
  EXPECT_TRUE(searched.defaulted[1]);
}

TEST(StartSearch, HasTheSameBitsForAnyNumberOfThreads) {
  const Curve wave(20000, 0.0, 50.0, 0.3, [](double t) { return 2.0 * std::sin(3.7 * t + 1.0); });
  FitOptions options;
  options.threads = 1;
  const FitResult one = wave.fit("a*sin(w*x + p)", options);
  options.threads = 5;
  const FitResult five = wave.fit("a*sin(w*x + p)", options);
  EXPECT_NEAR(std::abs(one.popt[1]), 3.7, 1e-3);
  EXPECT_EQ(one.popt, five.popt);
  EXPECT_EQ(one.pcov, five.pcov);
}

TEST(StartSearch, WhatIsGivenIsObeyed) {
  const Curve decay = nanoseconds();
  const char* const formula = "a*exp(-x/tau) + c";
  FitOptions given;
  given.p0 = {1.0, 1.0, 1.0};
  const FitResult a = decay.fit(formula, given), b = decay.fit(formula, from_ones());
  EXPECT_EQ(a.popt, b.popt);
  EXPECT_EQ(a.start_source, "given");
  EXPECT_EQ(b.start_source, "ones");
  // One value by name: the others are searched for.
  FitOptions partial;
  partial.start["tau"] = 2e-8;
  const FitResult found = decay.fit(formula, partial);
  EXPECT_NEAR(found.popt[1], 7e-9, 1e-9);
  EXPECT_FALSE(found.defaulted[1]);
  // A limit is one of a single fit.
  FitOptions limited;
  limited.max_nfev = 50;
  EXPECT_EQ(decay.fit(formula, limited).start_source, "ones");
}

TEST(StartSearch, KeepsToBoundsAndFixedValues) {
  const Curve decay = nanoseconds();
  FitOptions options;
  options.bounds["tau"] = {1e-9, 5e-9};
  options.fixed["c"] = 0.1;
  const FitResult found = decay.fit("a*exp(-x/tau) + c", options);
  EXPECT_EQ(found.popt[2], 0.1);
  EXPECT_GE(found.popt[1], 1e-9);
  EXPECT_LE(found.popt[1], 5e-9);
  EXPECT_EQ(found.at_bound[1], 1);
}

TEST(StartSearch, AModelThatIsNotFiniteAtOnesHasAStartNevertheless) {
  const Curve negative(60, -50.0, -5.0, 0.01,
                       [](double x) { return 2.0 * std::log(3.0 - x) + 1.0; });
  EXPECT_THROW(negative.fit("a*log(x + b) + c", from_ones()), InputError);
  const FitResult found = negative.fit("a*log(x + b) + c*x");
  EXPECT_TRUE(std::isfinite(found.cost));
  EXPECT_EQ(found.start_source, "search");
}

TEST(StartSearch, StepsAndWavesHaveTheirBestMinimum) {
  const Curve step(120, 0.0, 10.0, 0.1, [](double x) { return 1.0 + 2.5 * (x > 6.3 ? 1.0 : 0.0); });
  const FitResult stepped = step.fit("a + b*(x > t)");
  EXPECT_NEAR(stepped.popt[2], 6.3, 0.1);
  EXPECT_NEAR(stepped.popt[1], 2.5, 0.1);
  const Curve wave(300, 0.0, 100.0, 0.0, [](double x) { return std::sin(1.759 * x); });
  EXPECT_NEAR(std::abs(wave.fit("sin(a*x)").popt[0]), 1.759, 1e-9);
}

TEST(StartSearch, ACallbackSeesTheFitFromTheStartThatIsChosen) {
  const Curve decay = nanoseconds(2000);
  std::vector<double> costs;
  FitOptions options;
  options.callback = [&](const Iteration& seen) {
    costs.push_back(seen.cost);
    return false;
  };
  const FitResult found = decay.fit("a*exp(-x/tau) + c", options);
  EXPECT_EQ(found.start_source, "search");
  EXPECT_FALSE(costs.empty());
  EXPECT_TRUE(std::is_sorted(costs.rbegin(), costs.rend()));
  EXPECT_NEAR(found.popt[1], 7e-9, 1e-9);
}

}  // namespace
}  // namespace nlsq
