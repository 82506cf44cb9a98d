// SPDX-License-Identifier: MIT
#include "stats/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace nlsq::stats {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Quantiles, AgreeWithClosedFormsAndTables) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(student_t_quantile(0.975, 1), std::tan(0.475 * std::numbers::pi), 1e-12);
  EXPECT_NEAR(student_t_quantile(0.975, 4), 2.7764451051977987, 1e-13);
  EXPECT_NEAR(student_t_quantile(0.95, 30), 1.6972608865939587, 1e-13);
  EXPECT_NEAR(interval_factor(0.6826894921370859, kInf), 1.0, 1e-13);
}

TEST(Quantiles, AreOddAndTendToTheNormal) {
  EXPECT_DOUBLE_EQ(student_t_quantile(0.1, 7), -student_t_quantile(0.9, 7));
  EXPECT_NEAR(student_t_quantile(0.9, 1e12), normal_quantile(0.9), 1e-10);
  EXPECT_EQ(student_t_quantile(0.9, kInf), normal_quantile(0.9));
  EXPECT_EQ(normal_quantile(0), -kInf);
}

TEST(Quantiles, AreNanWhereTheyMeanNothing) {
  EXPECT_TRUE(std::isnan(interval_factor(0.95, 0)));
  EXPECT_TRUE(std::isnan(interval_factor(1.0, 3)));
  EXPECT_TRUE(std::isnan(student_t_quantile(0.5, -1)));
  EXPECT_TRUE(std::isnan(normal_quantile(1.5)));
  EXPECT_TRUE(std::isnan(chi2_p_value(1, 0)));
}

TEST(PValues, InvertTheQuantiles) {
  for (const double dof : {1.0, 3.0, 50.0}) {
    EXPECT_NEAR(t_p_value(interval_factor(0.9, dof), dof), 0.1, 1e-12);
  }
  EXPECT_NEAR(t_p_value(interval_factor(0.9, kInf), kInf), 0.1, 1e-12);
  EXPECT_NEAR(chi2_p_value(2 * std::log(4.0), 2), 0.25, 1e-14);  // e^(−x/2) for two degrees
  EXPECT_EQ(chi2_p_value(0, 5), 1.0);
}

// The straight line through (1,1), (2,2), (3,2), (4,3), (5,5): rss = 1.1, tss = 9.2.
TEST(PValues, AreZeroOrOneFarInTheTailsAndNeverThrow) {
  EXPECT_EQ(chi2_p_value(1e-25, 2.4e5), 1.0);
  EXPECT_EQ(chi2_p_value(1e9, 2.4e5), 0.0);
  EXPECT_EQ(chi2_p_value(0.0, 1.0), 1.0);
  EXPECT_NEAR(chi2_p_value(2.4e5, 2.4e5), 0.5, 1e-3);
  for (const double dof : {1.0, 1e3, 1e6, 1e9}) {
    for (const double r : {1e-300, 1e-3, 0.9, 1.1, 10.0, 1e300}) {
      const double p = chi2_p_value(r * dof, dof);
      EXPECT_TRUE(p >= 0.0 && p <= 1.0) << dof << " " << r;
    }
  }
}

TEST(GoodnessOfFit, OfAStraightLineIsThatOfTheTextbook) {
  const GoodnessOfFit fit = goodness_of_fit({.rows = 5, .free = 2, .rss = 1.1, .tss = 9.2});
  EXPECT_EQ(fit.dof, 3);
  EXPECT_NEAR(fit.r_squared, 1 - 1.1 / 9.2, 1e-15);
  EXPECT_NEAR(fit.adj_r_squared, 1 - (1.1 / 3) / (9.2 / 4), 1e-15);
  EXPECT_NEAR(fit.rmse, std::sqrt(0.22), 1e-15);
  EXPECT_NEAR(fit.residual_std, std::sqrt(1.1 / 3), 1e-15);
  EXPECT_NEAR(fit.reduced_chi2, 1.1 / 3, 1e-15);
  EXPECT_NEAR(fit.log_likelihood, -2.5 * (std::log(0.44 * std::numbers::pi) + 1), 1e-14);
  EXPECT_NEAR(fit.aic, 6 - 2 * fit.log_likelihood, 1e-13);
  EXPECT_NEAR(fit.aicc, fit.aic + 24, 1e-12);  // k = 3: 2·3·4/(5 − 4)
  EXPECT_NEAR(fit.bic, 3 * std::log(5.0) - 2 * fit.log_likelihood, 1e-13);
}

TEST(GoodnessOfFit, WithKnownSigmaIsTheProductOfGaussians) {
  // two residuals of 1 and −2 sigma, sigma 0.5 and 3
  const double s = std::log(0.5) + std::log(3.0);
  const FitTotals totals{
      .rows = 2, .free = 1, .rss = 5, .tss = 9, .sum_log_sigma = s, .known_sigma = true};
  const auto density = [](double z, double sigma) {
    return std::exp(-0.5 * z * z) / (sigma * std::sqrt(2 * std::numbers::pi));
  };
  const GoodnessOfFit fit = goodness_of_fit(totals);
  EXPECT_NEAR(fit.log_likelihood, std::log(density(1, 0.5) * density(2, 3)), 1e-13);
  EXPECT_NEAR(fit.aic, 2 - 2 * fit.log_likelihood, 1e-13);
  EXPECT_TRUE(std::isnan(fit.aicc));  // m = k + 1
}

TEST(GoodnessOfFit, DoesNotDependOnUnitsWhereItShouldNot) {
  const GoodnessOfFit a = goodness_of_fit({.rows = 9, .free = 3, .rss = 2, .tss = 10});
  const GoodnessOfFit b = goodness_of_fit({.rows = 9, .free = 3, .rss = 2e-20, .tss = 1e-19});
  EXPECT_NEAR(a.r_squared, b.r_squared, 1e-15);
  EXPECT_NEAR(a.adj_r_squared, b.adj_r_squared, 1e-15);
  EXPECT_NEAR(b.aic - a.aic, 9 * std::log(1e-20), 1e-11);
}

TEST(GoodnessOfFit, IsNanWhereNothingIsLeft) {
  const GoodnessOfFit none = goodness_of_fit({.rows = 3, .free = 3, .rss = 0, .tss = 2});
  EXPECT_EQ(none.dof, 0);
  EXPECT_EQ(none.r_squared, 1.0);
  EXPECT_TRUE(std::isnan(none.adj_r_squared));
  EXPECT_TRUE(std::isnan(none.reduced_chi2));
  EXPECT_TRUE(std::isnan(none.residual_std));
  EXPECT_TRUE(std::isnan(none.p_value));
  const GoodnessOfFit flat = goodness_of_fit({.rows = 4, .free = 1, .rss = 0, .tss = 0});
  EXPECT_TRUE(std::isnan(flat.r_squared));
  EXPECT_EQ(flat.log_likelihood, kInf);
}

}  // namespace
}  // namespace nlsq::stats
