// SPDX-License-Identifier: MIT
// One of many results in full is what the single fit says.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "many_sets.hpp"

namespace nlsq {
namespace {

using test::ManySets;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

void expect_near(double value, double expected, const char* what) {
  if (std::isnan(expected))
    EXPECT_TRUE(std::isnan(value)) << what;
  else
    EXPECT_NEAR(value, expected, 1e-9 * std::abs(expected)) << what;
}

void expect_same(const FitResult& r, const FitResult& one) {
  EXPECT_EQ(r.names, one.names);
  EXPECT_EQ(r.p0, one.p0);
  EXPECT_EQ(r.fixed, one.fixed);
  EXPECT_EQ(r.at_bound, one.at_bound);
  EXPECT_EQ(r.defaulted, one.defaulted);
  EXPECT_EQ(r.n, one.n);
  EXPECT_EQ(r.n_masked, one.n_masked);
  EXPECT_EQ(r.dof, one.dof);
  EXPECT_EQ(r.has_sigma, one.has_sigma);
  EXPECT_EQ(r.absolute_sigma, one.absolute_sigma);
  EXPECT_EQ(r.success, one.success);
  EXPECT_EQ(r.method, one.method);
  EXPECT_EQ(r.loss, one.loss);
  EXPECT_EQ(r.model, one.model);
  for (std::size_t j = 0; j < one.popt.size(); ++j) {
    expect_near(r.popt[j], one.popt[j], "popt");
    expect_near(r.perr[j], one.perr[j], "perr");
    expect_near(r.intervals(0.9)[j].first, one.intervals(0.9)[j].first, "interval");
  }
  expect_near(r.cost, one.cost, "cost");
  expect_near(r.rss, one.rss, "rss");
  expect_near(r.tss, one.tss, "tss");
  expect_near(r.chi2, one.chi2, "chi2");
  expect_near(r.reduced_chi2, one.reduced_chi2, "reduced_chi2");
  expect_near(r.p_value, one.p_value, "p_value");
  expect_near(r.r_squared, one.r_squared, "r_squared");
  expect_near(r.adj_r_squared, one.adj_r_squared, "adj_r_squared");
  expect_near(r.rmse, one.rmse, "rmse");
  expect_near(r.aic, one.aic, "aic");
  expect_near(r.aicc, one.aicc, "aicc");
  expect_near(r.bic, one.bic, "bic");
}

// The arrays of a result that keeps its own.
ManyArrays arrays_of(ManyResult& r) {
  return {r.popt.data(),   r.perr.data(), r.pcov.data(), r.cost.data(), r.rss.data(),
          r.status.data(), r.nfev.data(), r.rows.data(), r.flags.data()};
}

TEST(ManyResult, OfOneSetIsThatOfTheSingleFit) {
  ManySets sets = test::make_decays(20, 30, 0.05);
  ManyOptions options;
  options.starts = sets.starts;
  options.bounds["c"] = {0.2, 5.0};
  ManyResult many = fit_many(sets.model, sets.data(), options);
  for (index_t i = 0; i < sets.fits; ++i) {
    FitOptions single = options;
    single.p0 = sets.start(i);
    single.p0[2] = std::max(single.p0[2], 0.2);
    expect_same(single_result(sets.model, sets.data(), options, arrays_of(many), i),
                curve_fit(sets.model, sets.one(i), single));
  }
}

TEST(ManyResult, CountsSigmaAndLeavesOutWhatTheFitLeftOut) {
  ManySets sets = test::make_decays(6, 30, 0.05);
  sets.y[7] = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> sigma;
  for (index_t r = 0; r < sets.rows; ++r) sigma.push_back(0.05 + 0.001 * static_cast<double>(r));
  sigma[3] = std::numeric_limits<double>::infinity();
  std::vector<std::uint8_t> mask(z(sets.fits * sets.rows), 1);
  mask[12] = 0;
  ManyOptions options;
  options.start = {{"a", 2.0}, {"b", 1.5}, {"c", 0.25}};
  options.absolute_sigma = true;
  options.omit_not_finite = true;
  ManyData data = sets.data();
  data.sigma(sigma).mask(mask);
  ManyResult many = fit_many(sets.model, data, options);
  const FitResult first = single_result(sets.model, data, options, arrays_of(many), 0);
  std::vector<double> x, y, s;
  for (std::size_t r = 0; r < z(sets.rows); ++r) {
    if (r == 7 || r == 12) continue;
    x.push_back(sets.x[r]);
    y.push_back(sets.y[r]);
    s.push_back(sigma[r]);
  }
  Dataset one;
  one.column("x", x).response(y).sigma(s);
  expect_same(first, curve_fit(sets.model, one, options));
  EXPECT_EQ(first.n, 27);
  EXPECT_EQ(first.n_masked, 1);
}

TEST(ManyResult, HasTheBoundsOfItsSet) {
  const ManySets sets = test::make_decays(2, 30, 0.05);
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> lower{-inf, -inf, -inf, 4.0, -inf, -inf};
  const std::vector<double> upper{inf, inf, inf, 6.0, inf, inf};
  ManyOptions options;
  options.lower = lower;
  options.upper = upper;
  ManyResult many = fit_many(sets.model, sets.data(), options);
  EXPECT_EQ(single_result(sets.model, sets.data(), options, arrays_of(many), 0).at_bound[0], 0);
  const FitResult held = single_result(sets.model, sets.data(), options, arrays_of(many), 1);
  EXPECT_EQ(held.at_bound[0], -1);
  EXPECT_EQ(held.popt[0], 4.0);
}

TEST(ManyResult, SaysWhereItBegan) {
  const Model model = Model::parse("a*sin(w*x + p)");
  std::vector<double> x, y;
  for (int r = 0; r < 60; ++r) x.push_back(r / 3.0);
  for (int i = 0; i < 5; ++i)
    for (const double at : x)
      y.push_back((1.0 + i) * std::sin((2.9 + 0.01 * i) * at + 0.4) + 0.1 * std::sin(40 * at * at));
  const ManyData data = ManyData(5, 60).column("x", x).response(y);
  for (const Starts starts : {Starts::search, Starts::ones}) {
    ManyOptions options;
    options.FitOptions::starts = starts;
    ManyResult many = fit_many(model, data, options);
    std::vector<double> began(15);
    ManyArrays arrays = arrays_of(many);
    arrays.p0 = began.data();
    fit_many(model, data, options, arrays);
    const FitResult one = single_result(model, data, options, arrays, 3);
    EXPECT_EQ(one.start_source, to_string(starts));
    EXPECT_EQ(one.start_source, many.start_source);
    EXPECT_EQ(one.p0, std::vector<double>(began.begin() + 9, began.begin() + 12));
    EXPECT_TRUE(one.defaulted[1]);
    EXPECT_NEAR(one.p0[1], starts == Starts::search ? 2.93 : 1.0, 0.05);
  }
}

TEST(ManyResult, OfASetThatWasNotFittedSaysWhy) {
  const ManySets sets = test::make_decays(300, 10, 0.05);
  ManyOptions options;
  options.stop = [] { return true; };
  ManyResult many = fit_many(sets.model, sets.data(), options);
  EXPECT_EQ(many.failed, 300);
  const FitResult r = single_result(sets.model, sets.data(), options, arrays_of(many), 299);
  EXPECT_EQ(r.status, Status::stopped);
  EXPECT_FALSE(r.success);
  EXPECT_EQ(r.n, 10);
  EXPECT_TRUE(std::isnan(r.popt[0]) && std::isnan(r.r_squared));
  ASSERT_EQ(r.warnings.size(), 1u);
  EXPECT_NE(r.warnings[0].find("not begun"), std::string::npos);
}

}  // namespace
}  // namespace nlsq
