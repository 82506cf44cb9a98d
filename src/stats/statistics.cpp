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

double gaussian_log_likelihood(const FitTotals& t) {
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
  const double rss = t.rss, tss = t.tss;
  const bool known_sigma = t.known_sigma;
  const double log_likelihood = t.rows > 0 ? gaussian_log_likelihood(t) : kNan;
  GoodnessOfFit out;
  out.dof = t.rows - t.free;
  out.residual_std = std::sqrt(ratio(rss, dof));
  out.log_likelihood = log_likelihood;
#define NLSQ_STATISTIC(name, key, value, doc) \
  [[maybe_unused]] const double name = out.name = value;
#include "nlsq/result_fields.def"
  return out;
}

}  // namespace nlsq::stats
