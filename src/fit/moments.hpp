// SPDX-License-Identifier: MIT
// Moments of the response, for R²: about the first row's value, so that y near 1e9 loses nothing.
#pragma once

#include "nlsq/data.hpp"

namespace nlsq::fit_impl {

/// Sums over the rows of finite sigma, w = 1/sigma².
struct Moments {
  double w = 0.0;          ///< Σw
  double wd = 0.0;         ///< Σw(y − y₀)
  double wdd = 0.0;        ///< Σw(y − y₀)²
  double log_sigma = 0.0;  ///< Σ ln sigma
  /// Σw(y − ȳ)², ȳ the weighted mean; 0 for constant y.
  double total() const;
};

/// One pass on some threads; eight lanes, leaves of 4,096 rows that are added in order, so the bits
/// depend on the data alone.
Moments moments(const Dataset::Response& response, int threads);

}  // namespace nlsq::fit_impl
