// SPDX-License-Identifier: MIT
// What a plot shows, in the units of the data: points, errors, residuals, curve and band.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "axis.hpp"
#include "load.hpp"
#include "nlsq/result.hpp"
#include "svg.hpp"

namespace nlsq::command {

/// Scales that were asked for; empty: by the data.
struct PlotScales {
  std::optional<Scale> x, y;
};

struct PlotData {
  Scale x_scale = Scale::linear, y_scale = Scale::linear;
  bool against_fitted = false;  ///< observed against fitted: several predictors
  std::string x_name, y_name, residual_name;
  std::vector<Point> points;     ///< at most kMostPoints of the rows
  std::vector<double> sigma;     ///< one a point; empty: none
  std::vector<double> residual;  ///< one a point, divided by sigma when there is one
  std::vector<Point> curve;      ///< 400 points in order of x, evenly on its scale
  std::vector<double>
      half_width;    ///< of the confidence band, one a point of the curve; empty: none
  index_t rows = 0;  ///< of the data
};

constexpr index_t kMostPoints = 5000;

/// Of more than kMostPoints rows a random sample is taken, always the same for the same number of
/// rows. Where no scale is asked for, x is logarithmic if it is positive, spans two decades and
/// half of the points lie within the lowest tenth; so is y beside a logarithmic x.
PlotData make_plot_data(const FitResult& result, const LoadedData& loaded, double level,
                        const PlotScales& scales);

/// "x", "y", "xy" or "none" of --log. Throws InputError.
PlotScales parse_scales(const std::string& text);

}  // namespace nlsq::command
