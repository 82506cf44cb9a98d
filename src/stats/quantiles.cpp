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

// Nothing is thrown: Boost's incomplete gamma function reports an overflow of an intermediate value
// as an error, far in the tails where the answer is 0 or 1.
namespace policies = boost::math::policies;
using Quiet = policies::policy<policies::domain_error<policies::ignore_error>,
                               policies::pole_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>>;
using Normal = boost::math::normal_distribution<double, Quiet>;
using StudentT = boost::math::students_t_distribution<double, Quiet>;
using ChiSquared = boost::math::chi_squared_distribution<double, Quiet>;

// P(X < chi2) or P(X > chi2) is below e^(-dof·(r − 1 − ln r)/2), r = chi2/dof (Chernoff): beyond
// this it is 0.
bool is_far_in_the_tail(double chi2, double dof) {
  const double r = chi2 / dof;
  return r == 0.0 || 0.5 * dof * (r - 1.0 - std::log(r)) > 750.0;
}
}  // namespace

double normal_quantile(double p) {
  if (!(p >= 0.0 && p <= 1.0)) return kNan;
  if (p == 0.0) return -kInf;
  if (p == 1.0) return kInf;
  return boost::math::quantile(Normal(), p);
}

double student_t_quantile(double p, double dof) {
  if (!(dof > 0.0) || !(p >= 0.0 && p <= 1.0)) return kNan;
  if (std::isinf(dof)) return normal_quantile(p);
  if (p == 0.0) return -kInf;
  if (p == 1.0) return kInf;
  return boost::math::quantile(StudentT(dof), p);
}

double interval_factor(double level, double dof) {
  if (!(level > 0.0 && level < 1.0) || !(dof > 0.0)) return kNan;
  const double tail = 0.5 * (1.0 - level);
  return -student_t_quantile(tail, dof);
}

double chi2_p_value(double chi2, double dof) {
  if (!(dof > 0.0) || !(chi2 >= 0.0)) return kNan;
  if (std::isinf(chi2)) return 0.0;
  if (is_far_in_the_tail(chi2, dof)) return chi2 < dof ? 1.0 : 0.0;
  return boost::math::cdf(boost::math::complement(ChiSquared(dof), chi2));
}

double t_p_value(double t, double dof) {
  if (!(dof > 0.0) || std::isnan(t)) return kNan;
  if (std::isinf(t)) return 0.0;
  if (std::isinf(dof)) {
    return 2.0 * boost::math::cdf(boost::math::complement(Normal(), std::abs(t)));
  }
  return 2.0 * boost::math::cdf(boost::math::complement(StudentT(dof), std::abs(t)));
}

}  // namespace nlsq::stats
