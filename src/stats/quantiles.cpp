// SPDX-License-Identifier: MIT
// Distributions by Boost.Math, instantiated here only (they are slow to compile).
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "stats/statistics.hpp"

namespace nlsq::stats {
namespace {
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
}  // namespace

double normal_quantile(double p) {
  if (!(p >= 0.0 && p <= 1.0)) return kNan;
  if (p == 0.0) return -kInf;
  if (p == 1.0) return kInf;
  return boost::math::quantile(boost::math::normal(), p);
}

double student_t_quantile(double p, double dof) {
  if (!(dof > 0.0) || !(p >= 0.0 && p <= 1.0)) return kNan;
  if (std::isinf(dof)) return normal_quantile(p);
  if (p == 0.0) return -kInf;
  if (p == 1.0) return kInf;
  return boost::math::quantile(boost::math::students_t(dof), p);
}

double interval_factor(double level, double dof) {
  if (!(level > 0.0 && level < 1.0) || !(dof > 0.0)) return kNan;
  const double tail = 0.5 * (1.0 - level);
  return -student_t_quantile(tail, dof);
}

double chi2_p_value(double chi2, double dof) {
  if (!(dof > 0.0) || !(chi2 >= 0.0)) return kNan;
  if (std::isinf(chi2)) return 0.0;
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(dof), chi2));
}

double t_p_value(double t, double dof) {
  if (!(dof > 0.0) || std::isnan(t)) return kNan;
  if (std::isinf(t)) return 0.0;
  if (std::isinf(dof)) {
    return 2.0 * boost::math::cdf(boost::math::complement(boost::math::normal(), std::abs(t)));
  }
  return 2.0 * boost::math::cdf(boost::math::complement(boost::math::students_t(dof), std::abs(t)));
}

}  // namespace nlsq::stats
