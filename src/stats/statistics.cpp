// SPDX-License-Identifier: MIT
// Goodness of fit from the totals of a fit; the formulas are in statistics.hpp.
#include "stats/statistics.hpp"

#include <cmath>
#include <limits>
#include <numbers>

namespace nlsq::stats {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double ratio(double numerator, double denominator) {
  return denominator > 0.0 ? numerator / denominator : kNan;
}

double log_likelihood(const FitTotals& t) {
  const auto m = static_cast<double>(t.rows);
  const double log_2pi = std::log(2.0 * std::numbers::pi);
  if (t.known_sigma) return -0.5 * (t.rss + m * log_2pi) - t.sum_log_sigma;
  return -0.5 * m * (log_2pi + std::log(t.rss / m) + 1.0) - t.sum_log_sigma;
}

}  // namespace

GoodnessOfFit goodness_of_fit(const FitTotals& t) {
  const auto m = static_cast<double>(t.rows);
  const double dof = static_cast<double>(t.rows - t.free);
  const double k = static_cast<double>(t.free + (t.known_sigma ? 0 : 1));
  GoodnessOfFit out;
  out.dof = t.rows - t.free;
  out.r_squared = 1.0 - ratio(t.rss, t.tss);
  out.adjusted_r_squared = 1.0 - (1.0 - out.r_squared) * ratio(m - 1.0, dof);
  out.rmse = std::sqrt(ratio(t.rss, m));
  out.residual_std = std::sqrt(ratio(t.rss, dof));
  out.chi2 = t.rss;
  out.reduced_chi2 = ratio(t.rss, dof);
  out.chi2_p = t.known_sigma ? chi2_p_value(t.rss, dof) : kNan;
  out.log_likelihood = t.rows > 0 ? log_likelihood(t) : kNan;
  out.aic = 2.0 * k - 2.0 * out.log_likelihood;
  out.aicc = out.aic + 2.0 * k * ratio(k + 1.0, m - k - 1.0);
  out.bic = k * std::log(m) - 2.0 * out.log_likelihood;
  return out;
}

}  // namespace nlsq::stats
