// SPDX-License-Identifier: MIT
// Fits that begin on a sample: the same answers as without, and a sample that misleads is found
// out: features that few rows show, outliers, periods, order, holes.
#include "fit/progressive.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <set>

#include "measured.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "plan/plan.hpp"

namespace nlsq::test {
namespace {

constexpr int kMany = 60000;

struct Pair {
  FitResult on, off;
};

Pair fit_both(const std::string& formula, const Columns& data, const std::vector<double>& p0,
              FitOptions options = {}) {
  options.p0 = p0;
  Pair pair;
  pair.on = fit_columns(formula, data, options);
  options.progressive = false;
  pair.off = fit_columns(formula, data, options);
  return pair;
}

// Parameters to a hundred-thousandth of a standard error, errors to as much of themselves.
void expect_same(const Pair& pair) {
  ASSERT_TRUE(pair.off.success) << pair.off.message;
  ASSERT_TRUE(pair.on.success) << pair.on.message;
  EXPECT_EQ(pair.off.nfev_subsample, 0);
  EXPECT_FALSE(pair.off.progressive);
  for (std::size_t i = 0; i < pair.on.popt.size(); ++i) {
    EXPECT_NEAR(pair.on.popt[i], pair.off.popt[i], 1e-5 * pair.off.perr[i]) << pair.on.names[i];
    EXPECT_NEAR(pair.on.perr[i], pair.off.perr[i], 1e-5 * pair.off.perr[i]) << pair.on.names[i];
  }
  EXPECT_NEAR(pair.on.rss, pair.off.rss, 1e-10 * pair.off.rss);
}

double decay(double x) { return 2.5 * std::exp(-5.0 * x) + 0.5; }
const char* const kDecay = "a*exp(-b*x)+c";
const std::vector<double> kDecayStart{1, 1, 1};

TEST(Progressive, SamplesEachStretchOnceInOrder) {
  for (const auto& [rows, count, width] :
       {std::tuple{10000, 1024, 1}, {1000003, 1953, 8}, {8192, 1024, 8}, {9, 3, 3}, {7, 7, 1}}) {
    const std::vector<index_t> first = fit_impl::stratified_rows(rows, count, width);
    ASSERT_EQ(first.size(), static_cast<std::size_t>(count));
    std::set<index_t> residues;
    for (index_t s = 0; s < count; ++s) {
      const auto at = static_cast<std::size_t>(s);
      const double length = static_cast<double>(rows) / count;
      EXPECT_GE(static_cast<double>(first[at]), length * static_cast<double>(s) - 1.0);
      EXPECT_LE(static_cast<double>(first[at] + width), length * static_cast<double>(s + 1) + 1.0);
      if (s > 0) {
        EXPECT_GE(first[at], first[at - 1] + width);
      }
      EXPECT_LE(first[at] + width, rows);
      residues.insert(first[at] % 8);
    }
    if (rows > 1000 && width == 1) {
      EXPECT_EQ(residues.size(), 8u);
    }
  }
}

TEST(Progressive, TakesASampleOfManyRowsOnly) {
  EXPECT_EQ(plan::sample_rows(1000, 3), 0);
  EXPECT_EQ(plan::sample_rows(10000, 3), 1024);
  EXPECT_EQ(plan::sample_rows(10000, 40), 0);
  EXPECT_EQ(plan::sample_rows(10000, 0), 0);
  EXPECT_EQ(plan::sample_rows(6400000, 3), 100000);
  EXPECT_EQ(plan::sample_rows(1000000000000, 3), 131072);
}

TEST(Progressive, SavesPassesAndGivesTheSameAnswer) {
  for (const int rows : {10000, kMany, 300000}) {
    const Pair pair = fit_both(kDecay, measured(rows, 0.1, decay), kDecayStart);
    expect_same(pair);
    EXPECT_TRUE(pair.on.progressive) << rows;
    EXPECT_GT(pair.on.nfev_subsample, 0);
    EXPECT_LT(pair.on.nfev, pair.off.nfev);
  }
}

TEST(Progressive, SameBitsForAnyNumberOfThreads) {
  const Columns data = measured(300000, 0.1, decay);
  FitOptions options;
  options.p0 = kDecayStart;
  options.threads = 1;
  const FitResult one = fit_columns(kDecay, data, options);
  for (const int threads : {2, 3, 7}) {
    options.threads = threads;
    const FitResult other = fit_columns(kDecay, data, options);
    EXPECT_EQ(one.popt, other.popt);
    EXPECT_EQ(one.pcov, other.pcov);
    EXPECT_EQ(one.nfev, other.nfev);
  }
}

TEST(Progressive, EveryMethodBoundsSigmaAndFixedParameters) {
  Columns data = measured(kMany, 0.1, decay);
  for (const Method method : {Method::trf, Method::lm, Method::dogbox}) {
    FitOptions options;
    options.method = method;
    const Pair plain = fit_both(kDecay, data, kDecayStart, options);
    expect_same(plain);
    EXPECT_TRUE(plain.on.progressive);
    options.fixed["c"] = 0.5;
    expect_same(fit_both(kDecay, data, kDecayStart, options));
    if (method == Method::lm) continue;
    options.bounds["b"] = {0.5, 10.0};
    expect_same(fit_both(kDecay, data, kDecayStart, options));
    options.bounds["b"] = {0.5, 3.0};  // ends on the bound
    expect_same(fit_both(kDecay, data, kDecayStart, options));
  }
  for (std::size_t i = 0; i < data.x.size(); ++i) data.sigma.push_back(0.1 * (1.0 + data.x[i]));
  expect_same(fit_both(kDecay, data, kDecayStart));
  for (std::size_t i = 0; i < data.x.size(); i += 3) data.sigma[i] = INFINITY;
  const Pair masked = fit_both(kDecay, data, kDecayStart);
  expect_same(masked);
  EXPECT_TRUE(masked.on.progressive);
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    if (i % 1000 != 0) data.sigma[i] = INFINITY;
  }
  const Pair few = fit_both(kDecay, data, kDecayStart);
  expect_same(few);
  EXPECT_FALSE(few.on.progressive);
}

TEST(Progressive, OrderDoesNotMatter) {
  Columns data = measured(kMany, 0.1, decay);
  const FitResult forward = fit_both(kDecay, data, kDecayStart).on;
  std::reverse(data.x.begin(), data.x.end());
  std::reverse(data.y.begin(), data.y.end());
  const Pair backward = fit_both(kDecay, data, kDecayStart);
  expect_same(backward);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(forward.popt[i], backward.on.popt[i], 1e-5 * forward.perr[i]);
  // Two instruments one after the other, one with a tenth of the rows.
  for (std::size_t i = 0; i < data.x.size() / 10; ++i) data.x[i] = 1.0 + data.x[i];
  expect_same(fit_both("a*exp(-b*x)+where(x>1, c, d)", data, {1, 1, 1, 1}));
}

TEST(Progressive, PeriodsAreNotMetInStep) {
  for (const double period : {8.0, 58.59375, 64.0, 64.0 / 3.0, 2.5}) {
    const double w = 2.0 * M_PI * (kMany - 1) / period;
    const auto wave = [w](double x) { return 2.0 * std::sin(w * x + 0.5) + x; };
    Columns data = measured(kMany, 0.3, wave);
    const Pair pair = fit_both("a*sin(w*x+p)+b*x", data, {1.5, w * (1.0 + 1e-6), 0.3, 0.5});
    expect_same(pair);
    EXPECT_NEAR(pair.on.popt[0], 2.0, 0.05) << period;
  }
}

TEST(Progressive, APeakThatFewRowsShowIsKept) {
  for (const double width : {3e-5, 1e-4, 3e-4, 1e-3, 1e-2}) {
    const auto line_and_peak = [width](double x) {
      return 1.0 + 0.5 * x + 20.0 * std::exp(-0.5 * std::pow((x - 0.7123) / width, 2));
    };
    const Columns data = measured(kMany, 0.5, line_and_peak);
    // From a start beside the peak: whatever all rows make of it.
    const Pair pair = fit_both("a+b*x+h*exp(-(x-m)^2/(2*s^2))", data,
                               {0.5, 0.2, 10.0, 0.7123 + width, 1.4 * width});
    expect_same(pair);
    EXPECT_NEAR(pair.on.popt[3], 0.7123, width) << width;
    if (width < 2e-4) {
      EXPECT_FALSE(pair.on.progressive) << width;
    }
  }
}

TEST(Progressive, AStepAtTheVeryEnd) {
  const auto with_step = [](double x) { return decay(x) + (x > 0.9995 ? 3.0 : 0.0); };
  const Columns data = measured(kMany, 0.1, with_step);
  expect_same(fit_both("a*exp(-b*x)+c+where(x>0.9995, d, 0)", data, {1, 1, 1, 1}));
  expect_same(fit_both("a*exp(-b*x)+c+d/(1+exp(-(x-0.9995)*1e5))", data, {1, 1, 1, 1}));
}

TEST(Progressive, OutliersOutsideTheSample) {
  for (const double height : {30.0, 1e3, 1e6}) {
    for (const std::size_t apart : {std::size_t{20000}, std::size_t{997}}) {
      Columns data = measured(kMany, 0.1, decay);
      for (std::size_t i = 100; i < data.y.size(); i += apart) data.y[i] += height;
      const Pair pair = fit_both(kDecay, data, kDecayStart);
      if (!pair.off.success) continue;  // too wild for a fit of any kind
      EXPECT_NEAR(pair.on.rss, pair.off.rss, 1e-8 * pair.off.rss) << height << " " << apart;
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(pair.on.popt[i], pair.off.popt[i], 1e-4 * pair.off.perr[i]) << height;
      }
    }
  }
}

// More than a million rows: from the sample's answer a step is made on a part of them, and a fit
// ends within a thousandth of a standard error.
constexpr int kVeryMany = 1'200'000;

void expect_near(const Pair& pair, const std::string& what) {
  ASSERT_TRUE(pair.off.success && pair.on.success) << what << ": " << pair.on.message;
  for (std::size_t i = 0; i < pair.on.popt.size(); ++i) {
    EXPECT_NEAR(pair.on.popt[i], pair.off.popt[i], 2e-3 * pair.off.perr[i]) << what;
    EXPECT_NEAR(pair.on.perr[i], pair.off.perr[i], 1e-4 * pair.off.perr[i]) << what;
  }
  EXPECT_NEAR(pair.on.rss, pair.off.rss, 1e-9 * pair.off.rss) << what;
}

TEST(Progressive, TwoPassesOverMoreThanAMillionRows) {
  const Columns data = measured(3'000'000, 0.1, decay);
  const Pair pair = fit_both(kDecay, data, kDecayStart);
  expect_near(pair, "decay");
  EXPECT_TRUE(pair.on.progressive);
  EXPECT_EQ(pair.on.nfev, 2);
  FitOptions options;
  options.p0 = kDecayStart;
  for (const int threads : {1, 3}) {
    options.threads = threads;
    EXPECT_EQ(fit_columns(kDecay, data, options).popt, pair.on.popt);
  }
}

TEST(Progressive, APartOfVeryManyRowsMisleadsNobody) {
  // Four instruments in turn, a leaf of rows each, as many as the part leaves out.
  Columns turns = measured(kVeryMany, 0.1, decay);
  for (std::size_t i = 0; i < turns.x.size(); ++i)
    turns.x[i] = std::fmod(turns.x[i] * 0.25, 0.25) + 0.25 * static_cast<double>(i / 4096 % 4);
  for (std::size_t i = 0; i < turns.x.size(); ++i)
    turns.y[i] = decay(turns.x[i]) + 0.1 * (turns.y[i] - 0.7);
  expect_near(fit_both(kDecay, turns, kDecayStart), "turns");

  for (const double width : {1e-5, 1e-3, 1e-2}) {
    const auto line_and_peak = [width](double x) {
      return 1.0 + 0.5 * x + 20.0 * std::exp(-0.5 * std::pow((x - 0.7123) / width, 2));
    };
    const Columns data = measured(kVeryMany, 0.5, line_and_peak);
    expect_near(fit_both("a+b*x+h*exp(-(x-m)^2/(2*s^2))", data,
                         {0.5, 0.2, 10.0, 0.7123 + width, 1.4 * width}),
                "peak " + std::to_string(width));
  }
  const auto with_step = [](double x) { return decay(x) + (x > 0.99997 ? 3.0 : 0.0); };
  expect_near(fit_both("a*exp(-b*x)+c+where(x>0.99997, d, 0)", measured(kVeryMany, 0.1, with_step),
                       {1, 1, 1, 1}),
              "step");
  Columns outliers = measured(kVeryMany, 0.1, decay);
  for (std::size_t i = 100; i < outliers.y.size(); i += 200'000) outliers.y[i] += 1e3;
  expect_near(fit_both(kDecay, outliers, kDecayStart), "outliers");
  FitOptions bound;
  bound.bounds["b"] = {0.5, 4.9};
  expect_near(fit_both(kDecay, measured(kVeryMany, 0.1, decay), kDecayStart, bound), "bound");
}

// Robust losses: with a sample by Newton's method, without one by Gauss-Newton, driven as far as it
// goes.
Pair fit_robust(const std::string& formula, const Columns& data, const std::vector<double>& p0,
                Loss loss, FitOptions options = {}) {
  options.p0 = p0;
  options.loss = loss;
  options.f_scale = 0.1;
  Pair pair;
  pair.on = fit_columns(formula, data, options);
  options.progressive = false;
  options.ftol = options.xtol = options.gtol = 1e-15;
  options.max_nfev = 2000;
  pair.off = fit_columns(formula, data, options);
  return pair;
}

void expect_same_robust(const Pair& pair, const std::string& what) {
  ASSERT_TRUE(pair.on.success) << what << ": " << pair.on.message;
  for (std::size_t i = 0; i < pair.on.popt.size(); ++i) {
    EXPECT_NEAR(pair.on.popt[i], pair.off.popt[i], 1e-4 * pair.off.perr[i]) << what;
    // arctan may leave no curvature of a few rows: infinite either way.
    if (pair.on.perr[i] != pair.off.perr[i]) {
      EXPECT_NEAR(pair.on.perr[i], pair.off.perr[i], 1e-4 * pair.off.perr[i]) << what;
    }
  }
  EXPECT_NEAR(pair.on.cost, pair.off.cost, 1e-10 * pair.off.cost) << what;
}

const std::vector<std::pair<std::string, Loss>> kLosses{{"soft_l1", Loss::soft_l1},
                                                        {"huber", Loss::huber},
                                                        {"cauchy", Loss::cauchy},
                                                        {"arctan", Loss::arctan}};

TEST(Progressive, RobustLossesTakeAFewPassesToTheSameMinimum) {
  for (const int rows : {10'000, kMany}) {
    Columns data = measured(rows, 0.1, decay);
    for (std::size_t i = 0; i < data.y.size(); i += 50) data.y[i] += 3.0;
    for (const auto& [name, loss] : kLosses) {
      const std::string what = name + " " + std::to_string(rows);
      const Pair pair = fit_robust(kDecay, data, kDecayStart, loss);
      expect_same_robust(pair, what);
      EXPECT_TRUE(pair.on.progressive) << what;
      EXPECT_LE(pair.on.nfev, 8) << what;
      expect_same_robust(fit_robust("a+b*x+c*x^2", data, {1, 1, 1}, loss), what + " quadratic");
      FitOptions options;
      options.fixed["c"] = 0.5;
      options.method = Method::lm;
      expect_same_robust(fit_robust(kDecay, data, kDecayStart, loss, options), what + " fixed");
      options = {};
      options.bounds["b"] = {0.5, 3.0};  // ends on the bound
      const Pair bound = fit_robust(kDecay, data, kDecayStart, loss, options);
      EXPECT_NEAR(bound.on.popt[1], 3.0, 1e-9) << what;
      EXPECT_NEAR(bound.on.cost, bound.off.cost, 1e-8 * bound.off.cost) << what;
      options.bounds["b"] = {0.5, 5.02};
      options.threads = 1;
      const FitResult one = fit_robust(kDecay, data, kDecayStart, loss, options).on;
      options.threads = 3;
      EXPECT_EQ(one.popt, fit_robust(kDecay, data, kDecayStart, loss, options).on.popt) << what;
    }
  }
}

TEST(Progressive, ARobustSampleMisleadsNobody) {
  for (const auto& [name, loss] : kLosses) {
    const auto with_step = [](double x) { return decay(x) + (x > 0.9995 ? 0.3 : 0.0); };
    expect_same_robust(fit_robust("a*exp(-b*x)+c+where(x>0.9995, d, 0)",
                                  measured(kMany, 0.1, with_step), {1, 1, 1, 0.2}, loss),
                       name + " step");
    for (const std::size_t apart : {std::size_t{20000}, std::size_t{97}}) {
      Columns data = measured(kMany, 0.1, decay);
      for (std::size_t i = 100; i < data.y.size(); i += apart) data.y[i] += 1e6;
      expect_same_robust(fit_robust(kDecay, data, kDecayStart, loss), name + " outliers");
    }
    Columns weighted = measured(kMany, 0.1, decay);
    for (std::size_t i = 0; i < weighted.x.size(); ++i)
      weighted.sigma.push_back(i % 3 == 0 ? INFINITY : 0.5 + weighted.x[i]);
    expect_same_robust(fit_robust(kDecay, weighted, kDecayStart, loss), name + " masked");
  }
}

TEST(Progressive, AGoodStartNeedsNoSample) {
  const Pair pair = fit_both(kDecay, measured(kMany, 0.1, decay), {2.5, 5.0, 0.5});
  expect_same(pair);
  EXPECT_FALSE(pair.on.progressive);
  EXPECT_LE(pair.on.nfev, pair.off.nfev + 1);
}

TEST(Progressive, LinearModelsAndPerfectDataNeedNone) {
  const Columns line = measured(kMany, 0.1, [](double x) { return 1.0 + 2.0 * x; });
  const Pair linear = fit_both("a+b*x", line, {5, 5});
  expect_same(linear);
  EXPECT_EQ(linear.on.nfev_subsample, 0);
  const Pair perfect = fit_both(kDecay, measured(kMany, 0.0, decay), kDecayStart);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(perfect.on.popt[i], perfect.off.popt[i], 1e-12);
}

TEST(Progressive, WhatIsUndeterminedStaysSo) {
  const Columns data = measured(kMany, 0.1, decay);
  const Pair pair = fit_both("a*exp(-b*x)+c+d-d*1", data, {1, 1, 1, 1});
  EXPECT_FALSE(pair.on.progressive);
  EXPECT_EQ(pair.on.rank, pair.off.rank);
}

TEST(Progressive, ValuesThatAreNotFiniteAreFoundOutsideTheSample) {
  for (const std::size_t row : {std::size_t{0}, std::size_t{31234}, std::size_t{kMany - 1}}) {
    Columns data = measured(kMany, 0.1, decay);
    data.y[row] = std::numeric_limits<double>::quiet_NaN();
    FitOptions options;
    options.p0 = kDecayStart;
    try {
      fit_columns(kDecay, data, options);
      FAIL() << row;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("row " + std::to_string(row + 1)), std::string::npos)
          << error.what();
    }
  }
}

TEST(Progressive, StopsWhenAsked) {
  const Columns data = measured(kMany, 0.1, decay);
  for (const Loss loss : {Loss::linear, Loss::cauchy}) {
    // How often it is asked, then stopping at each of those times.
    int asked = 0;
    FitOptions options;
    options.p0 = kDecayStart;
    options.loss = loss;
    options.f_scale = 0.1;
    options.stop = [&] { return ++asked < 0; };
    const FitResult whole = fit_columns(kDecay, data, options);
    EXPECT_TRUE(whole.success && whole.progressive);
    const int all = asked;
    ASSERT_GT(all, 4);
    for (int at = 1; at <= all; ++at) {
      asked = 0;
      options.stop = [&] { return ++asked >= at; };
      const FitResult r = fit_columns(kDecay, data, options);
      EXPECT_EQ(r.status, Status::stopped) << at;
      EXPECT_FALSE(r.success);
      EXPECT_NE(r.message.str().find("stopped"), std::string::npos) << r.message;
      EXPECT_GE(r.cost, whole.cost * (1.0 - 1e-12));
    }
  }
}

TEST(Progressive, NotWithACallbackOrALimit) {
  const Columns data = measured(kMany, 0.1, decay);
  FitOptions options;
  options.p0 = kDecayStart;
  options.max_nfev = 100;
  EXPECT_EQ(fit_columns(kDecay, data, options).nfev_subsample, 0);
  options.max_nfev.reset();
  options.callback = [](const Iteration&) { return false; };
  EXPECT_EQ(fit_columns(kDecay, data, options).nfev_subsample, 0);
  options.callback = nullptr;
  EXPECT_GT(fit_columns(kDecay, data, options).nfev_subsample, 0);
}

}  // namespace
}  // namespace nlsq::test
