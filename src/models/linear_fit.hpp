// SPDX-License-Identifier: MIT
// Small linear least squares for start values.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace nlsq::models {

/// min ‖Σ c_j a_j − y‖ over the columns a_j of `columns` (y.size() values each, one behind the
/// other; overwritten). Columns that depend on those before them get 0.
class LinearFit {
 public:
  void solve(std::span<double> columns, std::span<const double> y);
  std::span<const double> coefficients() const { return coefficients_; }
  /// ‖Σ c_j a_j − y‖²; infinite when a column is not finite.
  double rss() const { return rss_; }

 private:
  std::vector<double> coefficients_, residual_, triangle_;
  double rss_ = 0.0;
};

}  // namespace nlsq::models
