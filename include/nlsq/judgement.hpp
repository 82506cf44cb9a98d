// SPDX-License-Identifier: MIT
// What residuals tell of the end of a fit (docs/issues.md). curve_fit and fit look at their own;
// this is for curves that were fitted as residuals, by least_squares, which knows no x.
#pragma once

#include <string>
#include <vector>

#include "nlsq/result.hpp"

namespace nlsq {

/// Rows of one response that count: finite, with a finite sigma. All vectors of the same length.
struct JudgedRows {
  std::vector<std::string> names;         ///< of the axes
  std::vector<std::vector<double>> axes;  ///< the model's columns
  std::vector<double> f;                  ///< residuals (model − y)/sigma
  std::vector<double> y, r;               ///< the response, residuals in its units
  bool may_oscillate = false;             ///< the model does, or nothing is known of it
};

/// Adds to the issues of a fit that converged what the residuals tell.
void judge_rows(const JudgedRows& rows, FitResult& result);

}  // namespace nlsq
