// SPDX-License-Identifier: MIT
// What a plot shows, in the units of the data: points, errors, residuals, curve and band.
#pragma once

#include <string>
#include <vector>

#include "load.hpp"
#include "nlsq/result.hpp"
#include "svg.hpp"

namespace nlsq::command {

struct PlotData {
  bool against_fitted = false;  ///< observed against fitted: several predictors
  std::string x_name, y_name, residual_name;
  std::vector<Point> points;     ///< at most kMostPoints of the rows
  std::vector<double> sigma;     ///< one a point; empty: none
  std::vector<double> residual;  ///< one a point, divided by sigma when there is one
  std::vector<Point> curve;      ///< 400 points in order of x
  std::vector<double>
      half_width;    ///< of the confidence band, one a point of the curve; empty: none
  index_t rows = 0;  ///< of the data
};

constexpr index_t kMostPoints = 5000;

/// Of more than kMostPoints rows a random sample is taken, always the same for the same number of
/// rows.
PlotData make_plot_data(const FitResult& result, const LoadedData& loaded, double level);

}  // namespace nlsq::command
