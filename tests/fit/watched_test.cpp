// SPDX-License-Identifier: MIT
// Fits that are stopped within a pass, and data that change meanwhile.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <thread>
#include <vector>

#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::test {
namespace {

using Clock = std::chrono::steady_clock;

// polygamma takes some hundred nanoseconds a row: a pass takes a second.
const char* const kSlow = "a*polygamma(1, x + b) + c*polygamma(2, x + d)";

struct SlowData {
  explicit SlowData(index_t rows) {
    for (index_t i = 0; i < rows; ++i) {
      x.push_back(1.0 + static_cast<double>(i % 1000) / 100.0);
      y.push_back(1.0 / x.back() + 0.01 * std::sin(static_cast<double>(i)));
    }
    set.column("x", x).response(y);
  }
  std::vector<double> x, y;
  Dataset set;
};

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

FitOptions slow_options(int threads) {
  FitOptions options;
  options.p0 = {1.0, 0.5, 0.1, 0.5};
  options.threads = threads;
  options.ftol = options.xtol = options.gtol = 0.0;
  options.max_nfev = 100000;
  return options;
}

TEST(StoppedFit, EndsWithinAPass) {
  const SlowData data(300000);
  const Model model = Model::parse(kSlow, {"x"});
  for (const int threads : {1, 2}) {
    for (const double after : {0.05, 0.5}) {
      FitOptions options = slow_options(threads);
      const Clock::time_point began = Clock::now();
      options.stop = [&] { return seconds_since(began) > after; };
      const FitResult result = curve_fit(model, data.set, options);
      EXPECT_EQ(result.status, Status::stopped);
      EXPECT_FALSE(result.success);
      EXPECT_EQ(result.popt.size(), 4U);
      EXPECT_LT(seconds_since(began), after + 1.0);  // a second pass would take longer
    }
  }
}

TEST(StoppedFit, DuringItsFirstPassGivesTheStart) {
  const SlowData data(300000);
  FitOptions options = slow_options(2);
  options.stop = [] { return true; };
  const FitResult result = curve_fit(Model::parse(kSlow, {"x"}), data.set, options);
  EXPECT_EQ(result.status, Status::stopped);
  EXPECT_EQ(result.popt, options.p0);
  EXPECT_TRUE(std::isnan(result.cost));
  EXPECT_NE(result.message.str().find("first pass"), std::string::npos);
  EXPECT_FALSE(result.report().empty());
}

TEST(StoppedFit, PassesOnWhatTheWatchThrows) {
  const SlowData data(100000);
  FitOptions options = slow_options(2);
  const Clock::time_point began = Clock::now();
  options.before_pass = [&] {
    if (seconds_since(began) > 0.1) throw std::runtime_error("enough");
  };
  EXPECT_THROW(curve_fit(Model::parse(kSlow, {"x"}), data.set, options), std::runtime_error);
  EXPECT_LT(seconds_since(began), 1.0);
}

TEST(StoppedFit, OfFewRowsEndsAtAStep) {
  const SlowData data(100);
  FitOptions options = slow_options(1);
  int asked = 0;
  options.stop = [&] { return ++asked == 2; };
  const FitResult result = curve_fit(Model::parse(kSlow, {"x"}), data.set, options);
  EXPECT_EQ(result.status, Status::stopped);
  EXPECT_TRUE(std::isfinite(result.cost));
}

// The indices are checked at the begin; what another thread writes later is read as no number.
TEST(GatheredIndices, ThatChangeDuringAFitReadNothingBeyondTheParameters) {
  std::vector<double> g(20000), x(20000), y(20000);
  for (std::size_t i = 0; i < g.size(); ++i) {
    g[i] = static_cast<double>(i % 3);
    x[i] = static_cast<double>(i % 17);
    y[i] = g[i] + x[i];
  }
  Dataset data;
  data.column("x", x).column("g", g).response(y);
  const Model model = Model::parse("a[g] + b*x", {"x", "g"});
  FitOptions options;
  options.p0 = {0.5, 0.5, 0.5, 0.5};
  options.progressive = false;
  int passes = 0;
  options.before_pass = [&] {
    if (++passes == 2) {
      g[7] = 1e15;
      g[8] = -1.0;
      g[9] = std::nan("");
    }
  };
  const FitResult result = curve_fit(model, data, options);
  EXPECT_GE(passes, 2);
  EXPECT_EQ(result.names.size(), 4U);
  g[7] = 1e15;
  Dataset wrong;
  wrong.column("x", x).column("g", g).response(y);
  EXPECT_THROW(curve_fit(model, wrong, options), InputError);
}

TEST(GatheredParameters, AreEvaluatedOnDataWithoutTheHighestGroup) {
  const std::vector<double> x = {1, 2, 3}, g = {0, 1, 0};
  Dataset data;
  data.column("x", x).column("g", g);
  const Model model = Model::parse("a[g]*x + b[g] + c", {"x", "g"});
  const std::vector<double> p = {1, 2, 3, 4, 10, 20, 30, 40, 0.5};  // four groups
  EXPECT_EQ(evaluate(model, data, p), (std::vector<double>{11.5, 24.5, 13.5}));
  const std::vector<double> J = jacobian(model, data, p);
  ASSERT_EQ(J.size(), 27U);
  EXPECT_EQ(J[0], 1.0);
  EXPECT_EQ(J[4], 1.0);
  EXPECT_EQ(J[9 + 1], 2.0);
  for (const std::size_t absent : {2U, 3U, 6U, 7U}) EXPECT_EQ(J[absent], 0.0);
  EXPECT_THROW(evaluate(model, data, {1, 2, 3, 4, 5, 6}), InputError);  // no two equal vectors
  EXPECT_THROW(evaluate(model, data, {1, 2}), InputError);
  // Two index columns: nobody knows whose elements the others are.
  const Model two = Model::parse("a[g] + b[h]", {"g", "h"});
  Dataset both;
  both.column("g", g).column("h", g);
  EXPECT_THROW(evaluate(two, both, {1, 2, 3, 4, 5, 6}), InputError);
  EXPECT_EQ(evaluate(two, both, {1, 2, 3, 4}), (std::vector<double>{4, 6, 4}));
}

TEST(GatheredParameters, HaveErrorsOnDataWithoutTheHighestGroup) {
  std::vector<double> g, x, y;
  for (int i = 0; i < 60; ++i) {
    g.push_back(i % 4);
    x.push_back(i);
    y.push_back(2.0 * i + (i % 4) + 0.1 * std::sin(i));
  }
  Dataset all, some;
  all.column("x", x).column("g", g).response(y);
  const Model model = Model::parse("a[g] + b*x", {"x", "g"});
  const FitResult result = curve_fit(model, all, {});
  const std::vector<double> few = {0, 1}, places = {3, 4};
  some.column("x", places).column("g", few);
  const std::vector<double> errors = standard_errors_of(model, some, result);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_GT(errors[0], 0.0);
}

static_assert(std::is_constructible_v<Values, const std::vector<double>&>);
static_assert(std::is_constructible_v<Values, std::vector<float>&>);
static_assert(!std::is_constructible_v<Values, std::vector<double>>);
static_assert(!std::is_constructible_v<Values, const std::vector<double>>);
static_assert(!std::is_constructible_v<Values, std::vector<float>>);
static_assert(std::is_constructible_v<Values, std::span<const double>>);

}  // namespace
}  // namespace nlsq::test
