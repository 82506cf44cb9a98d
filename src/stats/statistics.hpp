// SPDX-License-Identifier: MIT
// Quantiles, p-values and goodness of fit: pure functions on plain numbers.
// With m rows, n free parameters (their rank, where some are redundant), rss = Σ w r² (w = 1/σ², or
// 1), tss = Σ w (y − ȳ_w)²:
//   dof = m − n,  R² = 1 − rss/tss,  adjusted R² = 1 − (1 − R²)(m − 1)/dof,
//   rmse = √(rss/m),  residual_std = √(rss/dof),  χ² = rss,  reduced χ² = rss/dof.
// Gaussian log-likelihood, S = Σ ln σ_i (0 without sigma):
//   known sigma:        ln L = −½ (χ² + m ln 2π) − S,           k = n
//   estimated variance: ln L = −½ m (ln(2π rss/m) + 1) − S,     k = n + 1 (the variance is one
//   more) AIC = 2k − 2 ln L,  AICc = AIC + 2k(k+1)/(m − k − 1),  BIC = k ln m − 2 ln L
// (Burnham & Anderson 2002, §2.2 and §6.4.1). What is undefined is NaN: everything divided by dof =
// 0, R² at tss = 0, AICc at m ≤ k + 1. A perfect fit has ln L = inf with an estimated variance.
#pragma once

#include "nlsq/types.hpp"

namespace nlsq::stats {

/// Quantile of the standard normal; p in (0, 1), ±inf at 0 and 1, NaN outside.
double normal_quantile(double p);

/// Quantile of Student's t with `dof` > 0 degrees of freedom (not only integers); NaN otherwise.
double student_t_quantile(double p, double dof);

/// Half-width, in standard errors, of the two-sided interval of confidence `level` in (0, 1): t
/// with dof degrees of freedom, or the normal when `dof` is inf (known sigma). NaN for dof ≤ 0.
double interval_factor(double level, double dof);

/// P(X ≥ chi2) for X ~ χ² with `dof` degrees of freedom; NaN for dof ≤ 0 or chi2 < 0.
double chi2_p_value(double chi2, double dof);

/// Two-sided p-value of an estimate that is `t` standard errors from zero.
double t_p_value(double t, double dof);

struct FitTotals {
  index_t rows = 0;          ///< m
  index_t free = 0;          ///< n
  double rss = 0;            ///< Σ w r²
  double tss = 0;            ///< Σ w (y − ȳ_w)²
  double sum_log_sigma = 0;  ///< Σ ln σ_i
  bool known_sigma = false;  ///< sigma is absolute: the variance is not estimated
};

struct GoodnessOfFit {
  index_t dof = 0;
  double residual_std = 0, log_likelihood = 0;
  // r_squared, aic …: the statistics of nlsq/result_fields.def.
#define NLSQ_STATISTIC(name, key, value, doc) double name = 0;
#include "nlsq/result_fields.def"
};

GoodnessOfFit goodness_of_fit(const FitTotals& totals);

}  // namespace nlsq::stats
