// SPDX-License-Identifier: MIT
// Ends that mean nothing are followed by other attempts: which, how many, and whose counts.
#include "starts/second_start.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/least_squares.hpp"

namespace nlsq {
namespace {

struct Hyperbola {
  std::vector<double> x, y;
  Hyperbola() {
    std::mt19937_64 random(5);
    for (int i = 0; i < 100; ++i) {
      x.push_back(0.1 + i * 99.9 / 99.0);
      const double noise = static_cast<double>(random() >> 11) * 0x1p-53 - 0.5;
      y.push_back(10.0 * x.back() / (5.0 + x.back()) + 0.5 * noise);
    }
  }
  Dataset data() const {
    Dataset all;
    all.column("x", x).response(y);
    return all;
  }
};

const char* const kFormula = "top*x/(half + x)";

FitResult fitted(SecondStart how, std::vector<double> p0 = {1.0, 1.0}) {
  const Hyperbola rates;
  FitOptions options;
  options.p0 = std::move(p0);
  options.second_start = how;
  return curve_fit(Model::parse(kFormula, {"x"}), rates.data(), options);
}

TEST(SecondStart, APoleBetweenTheDataIsLeftAgain) {
  const FitResult once = fitted(SecondStart::none), twice = fitted(SecondStart::any),
                  truth = fitted(SecondStart::none, {10.0, 5.0});
  ASSERT_LT(once.r_squared, 0.0);
  EXPECT_EQ(once.attempts, 1);
  EXPECT_GT(twice.attempts, 1);
  EXPECT_NEAR(twice.popt[0], truth.popt[0], 1e-8);
  EXPECT_NEAR(twice.popt[1], truth.popt[1], 1e-8);
  EXPECT_NEAR(twice.perr[1], truth.perr[1], 1e-8);
  EXPECT_GT(twice.nfev, once.nfev);
  EXPECT_GT(twice.iterations, once.iterations);
  EXPECT_EQ(twice.p0, (std::vector<double>{1.0, 1.0}));
  EXPECT_EQ(fitted(SecondStart::no_better).popt, twice.popt);
  EXPECT_EQ(fitted(SecondStart::same_scales).attempts, 1);
}

TEST(SecondStart, AnEndThatIsWellIsTheOnlyOne) {
  for (const SecondStart how : {SecondStart::any, SecondStart::no_better})
    EXPECT_EQ(fitted(how, {8.0, 3.0}).attempts, 1);
  EXPECT_EQ(fitted(SecondStart::any, {8.0, 3.0}).popt, fitted(SecondStart::none, {8.0, 3.0}).popt);
}

TEST(SecondStart, ScalesOfTheCallerStay) {
  const Hyperbola rates;
  FitOptions options;
  options.p0 = {1.0, 1.0};
  options.x_scale = {1.0, 100.0};
  EXPECT_EQ(curve_fit(Model::parse(kFormula, {"x"}), rates.data(), options).attempts, 1);
}

TEST(SecondStart, CallbacksHaveItToo) {
  const Hyperbola rates;
  index_t calls = 0;
  const ResidualFunction residuals = [&](std::span<const double> p, std::span<double> f) {
    ++calls;
    for (std::size_t i = 0; i < f.size(); ++i)
      f[i] = p[0] * rates.x[i] / (p[1] + rates.x[i]) - rates.y[i];
  };
  const std::vector<double> start{1.0, 1.0};
  LeastSquaresOptions options;
  options.total = fitted(SecondStart::none).tss;
  const FitResult r = least_squares(residuals, 100, start, options);
  EXPECT_NEAR(r.popt[1], fitted(SecondStart::any).popt[1], 1e-3);
  EXPECT_GT(r.attempts, 1);
  EXPECT_NEAR(static_cast<double>(calls), static_cast<double>(r.nfev + r.difference_evaluations),
              2.0 * static_cast<double>(r.attempts));
  options.total = std::numeric_limits<double>::quiet_NaN();  // nothing is known of the mean
  EXPECT_EQ(least_squares(residuals, 100, start, options).attempts, 1);
}

// A variogram whose range the data do not tell: the attempt by sizes reaches its bound at 0, where
// it throws.
TEST(SecondStart, AFunctionMayRefuseParametersOfFurtherAttempts) {
  const std::vector<double> y{12.70, 12.51, 11.99, 12.06, 11.06, 11.39, 9.51,
                              10.42, 9.64,  9.47,  6.56,  6.10,  7.69,  4.65};
  bool refused = false;
  const ResidualFunction residuals = [&](std::span<const double> p, std::span<double> f) {
    if (p[0] <= 0.0) {
      refused = true;
      throw std::runtime_error("a range of 0");
    }
    for (std::size_t i = 0; i < f.size(); ++i) {
      const double h = std::min(3.56 * static_cast<double>(i + 1) / p[0], 1.0);
      f[i] = p[1] * (1.5 * h - 0.5 * h * h * h) - y[i];
    }
  };
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / 14.0;
  LeastSquaresOptions options;
  options.lower = {0.0, 0.0};
  options.upper = {53.39, 12.70};
  options.total = 0.0;
  for (const double v : y) options.total += (v - mean) * (v - mean);
  const FitResult r = least_squares(residuals, 14, options.upper, options);
  EXPECT_TRUE(refused);
  EXPECT_GT(r.attempts, 2);
  EXPECT_TRUE(r.success);
  EXPECT_NEAR(r.popt[1], mean, 1e-4 * mean);
  options.is_fatal = [](const std::exception&) { return true; };
  EXPECT_THROW(least_squares(residuals, 14, options.upper, options), std::runtime_error);
}

// -- the choice itself, on ends that are made up

class Ends : public testing::Test {
 protected:
  static solve::Outcome end(double cost, Status status, double slope = 1.0) {
    solve::Outcome out;
    out.x = linalg::Vector{cost};
    out.summary.resize(1);
    out.summary.rows = 10;
    out.summary.cost = cost;
    out.summary.R[0] = slope;
    out.summary.kappa = slope > 0.0 ? 1.0 : kInfinity;
    out.status = status;
    out.nfev = 5;
    return out;
  }
  solve::Outcome best(solve::Outcome first, std::vector<solve::Outcome> more,
                      SolverOptions options = {}) {
    tried_.clear();
    return fit_impl::best_end(std::move(first), {.total = 2.0}, start_, lower_, upper_, options,
                              [&](std::span<const double>, const SolverOptions& how) {
                                tried_.push_back(how);
                                const std::size_t at = tried_.size() - 1;
                                if (at >= more.size()) throw InputError("p0", "not finite");
                                return more[at];
                              });
  }
  static constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::vector<double> start_{-3.0}, lower_{-kInfinity}, upper_{kInfinity};
  std::vector<SolverOptions> tried_;
};

TEST_F(Ends, AStartAtABoundIsSetApartFromItInwards) {
  lower_ = {0.0};
  for (const auto& [start, upper] :
       {std::pair(3.0, 3.0), std::pair(3.0, 5.0), std::pair(0.0, 3.0)}) {
    start_ = {start}, upper_ = {upper};
    std::vector<double> moved;
    fit_impl::best_end(end(1.0, Status::ftol, 0.0), {.total = 2.0}, start_, lower_, upper_, {},
                       [&](std::span<const double> x0, const SolverOptions&) {
                         if (moved.empty()) moved.assign(x0.begin(), x0.end());
                         return end(1.0, Status::ftol, 0.0);
                       });
    ASSERT_EQ(moved.size(), 1U);
    EXPECT_NE(moved[0], start);
    EXPECT_GE(moved[0], 0.0);
    EXPECT_LE(moved[0], upper);
  }
}

TEST_F(Ends, OtherScalesThenSizes) {
  best(end(1.5, Status::ftol), {end(1.4, Status::ftol), end(1.3, Status::ftol)});
  ASSERT_EQ(tried_.size(), 2u);
  EXPECT_EQ(tried_[0].x_scale, std::vector<double>{1.0});
  EXPECT_EQ(tried_[0].method, Method::trf);
  EXPECT_EQ(tried_[1].x_scale, std::vector<double>{3.0});
  EXPECT_EQ(tried_[1].method, Method::dogbox);
  SolverOptions options;
  options.x_scale = {7.0};
  options.second_start = SecondStart::any;
  best(end(1.5, Status::ftol), {end(0.1, Status::ftol)}, options);
  ASSERT_EQ(tried_.size(), 1u);
  EXPECT_TRUE(tried_[0].x_scale.empty());
}

TEST_F(Ends, TheLeastCostWinsAndCountsAreOfAll) {
  const auto r = best(end(1.5, Status::ftol), {end(0.1, Status::xtol)});
  EXPECT_EQ(r.summary.cost, 0.1);
  EXPECT_EQ(r.nfev, 10);
  EXPECT_EQ(r.attempts, 2);
  EXPECT_EQ(best(end(1.5, Status::ftol), {end(1.6, Status::ftol), end(1.5, Status::ftol)}).x[0],
            1.5);
  EXPECT_EQ(tried_.size(), 2u);
}

TEST_F(Ends, AFailureBeatsASuccessOnlyWhereThatExplainsNothing) {
  const auto failed = end(0.4, Status::max_nfev);
  EXPECT_EQ(best(end(1.5, Status::ftol), {failed}).status, Status::max_nfev);
  EXPECT_EQ(best(end(0.5, Status::ftol, 0.0), {failed, failed}).status, Status::ftol);
  EXPECT_EQ(best(end(0.5, Status::max_nfev), {end(0.5, Status::ftol)}).status, Status::ftol);
}

TEST_F(Ends, AParameterWithoutEffectIsNoReasonWhereAllIsExplained) {
  SolverOptions options;
  for (const auto& [how, cost, tries] :
       {std::tuple(SecondStart::no_better, 0.04, false),
        std::tuple(SecondStart::no_better, 0.2, true), std::tuple(SecondStart::any, 0.04, true)}) {
    options.second_start = how;
    best(end(cost, Status::ftol, 0.0), {}, options);
    EXPECT_EQ(!tried_.empty(), tries) << cost;
  }
}

TEST_F(Ends, NothingFollowsAStop) {
  best(end(1.5, Status::stopped), {end(0.1, Status::ftol)});
  EXPECT_TRUE(tried_.empty());
  best(end(1.5, Status::ftol), {end(1.4, Status::stopped), end(0.1, Status::ftol)});
  EXPECT_EQ(tried_.size(), 1u);
}

TEST_F(Ends, ALimitIsThatOfAll) {
  SolverOptions options;
  options.max_nfev = 8;
  best(end(1.5, Status::ftol), {end(1.4, Status::ftol), end(0.1, Status::ftol)}, options);
  ASSERT_EQ(tried_.size(), 1u);
  EXPECT_EQ(tried_[0].max_nfev, 3);
}

TEST_F(Ends, WhereCallsAreDearAWayThatGainsNothingSoonIsLeft) {
  SolverOptions options;
  options.second_start = SecondStart::no_better;
  const auto cut = [](double cost) { return end(cost, Status::max_nfev); };
  const auto left = best(end(1.5, Status::ftol), {cut(1.5), cut(1.6)}, options);
  ASSERT_EQ(tried_.size(), 2u);
  EXPECT_EQ(tried_[0].max_nfev, 24);
  EXPECT_EQ(tried_[1].max_nfev, 24);
  EXPECT_EQ(left.status, Status::ftol);
  const auto kept = best(end(1.5, Status::ftol), {cut(1.2), end(0.1, Status::ftol)}, options);
  ASSERT_EQ(tried_.size(), 2u);
  EXPECT_EQ(tried_[1].max_nfev, std::nullopt) << "the same way to its end";
  EXPECT_EQ(tried_[1].x_scale, tried_[0].x_scale);
  EXPECT_EQ(kept.summary.cost, 0.1);
  options.max_nfev = 40;
  best(end(1.5, Status::ftol), {cut(1.2), end(0.1, Status::ftol)}, options);
  ASSERT_EQ(tried_.size(), 2u);
  EXPECT_EQ(tried_[1].max_nfev, 30);
}

TEST_F(Ends, AFailureIsNoReasonWhereOnlyTheMeanCounts) {
  SolverOptions options;
  options.second_start = SecondStart::no_better;
  best(end(1.5, Status::max_nfev), {end(0.1, Status::ftol)}, options);
  best(end(0.5, Status::ftol), {end(0.1, Status::ftol)}, options);
  EXPECT_TRUE(tried_.empty());
  best(end(0.5, Status::ftol, 0.0), {end(0.5, Status::ftol, 0.0)}, options);  // a flat place
  EXPECT_EQ(tried_.size(), 3u);
}

}  // namespace
}  // namespace nlsq
