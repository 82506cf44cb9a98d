// SPDX-License-Identifier: MIT
// Start values of models that are linear in some of their parameters (Golub and Pereyra 1973): the
// others run over a grid, each time the linear ones follow by least squares; the best point of the
// grid is then improved coordinate by coordinate.
#pragma once

#include <functional>
#include <limits>
#include <vector>

#include "models/linear_fit.hpp"
#include "models/samples.hpp"

namespace nlsq::models {

/// Σ c_j φ_j(x; θ).
struct Basis {
  std::size_t count = 1;
  std::function<void(double x, const double* theta, double* phi)> fill;
  int not_negative = -1;  ///< a coefficient that may not be negative
};

/// The values that one of θ takes.
struct Axis {
  std::vector<double> values;
  bool logarithmic = false;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

Axis log_axis(double low, double high, int count);
Axis even_axis(double low, double high, int count);

struct Found {
  std::vector<double> theta;
  std::vector<double> linear;  ///< in the units of y
  double rss = std::numeric_limits<double>::infinity();
};

class Search {
 public:
  Search(const Samples& samples, Basis basis);

  /// The best point of the grid, improved. Without a usable point: the middle of the axes and
  /// zeros.
  Found best(const std::vector<Axis>& axes);
  /// Improves `from` in steps that start at `steps` (in ln θ for logarithmic axes).
  Found improved(Found from, const std::vector<Axis>& axes, std::vector<double> steps);
  /// θ with its linear coefficients.
  Found at(const std::vector<double>& theta);

 private:
  void solve(const std::vector<double>& theta, bool without_not_negative);

  const Samples& samples_;
  Basis basis_;
  std::vector<double> columns_;
  LinearFit fit_;
};

}  // namespace nlsq::models
