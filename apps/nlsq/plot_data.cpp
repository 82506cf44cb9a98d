// SPDX-License-Identifier: MIT
// Samples the rows (Knuth's algorithm S, TAOCP 2, 3.4.2, with a splitmix64 generator) and evaluates
// the model.
#include "plot_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "fitted_table.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/runtime.hpp"

namespace nlsq::command {
namespace {

constexpr int kCurvePoints = 400;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

class Random {
 public:
  // Uniform in [0, 1).
  double next() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t v = state_;
    v = (v ^ (v >> 30)) * 0xBF58476D1CE4E5B9u;
    v = (v ^ (v >> 27)) * 0x94D049BB133111EBu;
    return static_cast<double>((v ^ (v >> 31)) >> 11) * 0x1p-53;
  }

 private:
  std::uint64_t state_ = 1;
};

std::vector<index_t> sample(index_t rows) {
  std::vector<index_t> chosen;
  Random random;
  index_t wanted = std::min(rows, kMostPoints);
  for (index_t i = 0; i < rows && wanted > 0; ++i) {
    if (random.next() * static_cast<double>(rows - i) >= static_cast<double>(wanted)) continue;
    chosen.push_back(i);
    --wanted;
  }
  return chosen;
}

double sigma_of(const Dataset::Response& response, index_t row) {
  return response.sigma.size > 0 ? response.sigma[row] : response.sigma_number;
}

double lowest_positive(const Values& x) {
  double low = INFINITY;
  for (index_t i = 0; i < x.size; ++i) {
    if (x[i] > 0.0) low = std::min(low, x[i]);
  }
  return low;
}

// Values of measurements at 1, 3, 10, 30, … rather than at 1, 2, 3, …
bool spans_decades(std::vector<double> values) {
  if (values.size() < 3) return false;
  std::sort(values.begin(), values.end());
  const double low = values.front(), high = values.back();
  return low > 0.0 && std::isfinite(high) && high >= 100.0 * low &&
         values[values.size() / 2] < low + 0.1 * (high - low);
}

bool has_positive(const std::vector<Point>& points, double Point::*part) {
  return std::any_of(points.begin(), points.end(), [&](const Point& p) { return p.*part > 0.0; });
}

std::vector<double> parts(const std::vector<Point>& points, double Point::*part) {
  std::vector<double> values;
  for (const Point& p : points) values.push_back(p.*part);
  return values;
}

void choose_scales(PlotData& plot, const PlotScales& asked) {
  const auto scale = [&](const std::optional<Scale>& wanted, bool by_data, double Point::*part) {
    const bool is_log = wanted ? *wanted == Scale::log : by_data;
    return is_log && has_positive(plot.points, part) ? Scale::log : Scale::linear;
  };
  const bool is_free = !plot.against_fitted;
  plot.x_scale = scale(asked.x, is_free && spans_decades(parts(plot.points, &Point::x)), &Point::x);
  plot.y_scale =
      scale(asked.y,
            is_free && plot.x_scale == Scale::log && spans_decades(parts(plot.points, &Point::y)),
            &Point::y);
  // Observed against fitted are one quantity.
  if (plot.against_fitted && plot.x_scale != plot.y_scale) plot.x_scale = plot.y_scale = Scale::log;
}

void add_curve(PlotData& plot, const FitResult& result, const LoadedData& loaded, double level) {
  const Values x = loaded.data.columns().front().values;
  double low = INFINITY, high = -INFINITY;
  for (index_t i = 0; i < x.size; ++i) {
    low = std::min(low, x[i]);
    high = std::max(high, x[i]);
  }
  std::vector<double> grid;
  grid.reserve(kCurvePoints);
  const bool is_log = plot.x_scale == Scale::log;
  if (is_log) low = lowest_positive(x);
  for (int i = 0; i < kCurvePoints; ++i) {
    const double part = static_cast<double>(i) / (kCurvePoints - 1);
    grid.push_back(is_log ? low * std::pow(high / low, part) : low + (high - low) * part);
  }
  Dataset data;
  data.column(loaded.data.columns().front().name, grid);
  const std::vector<double> values = evaluate_at(*loaded.model, data, result);
  for (std::size_t i = 0; i < grid.size(); ++i) plot.curve.push_back({grid[i], values[i]});
  const double factor = confidence_factor(result, level);
  if (factor == 0.0) return;
  plot.half_width = standard_errors_of(*loaded.model, data, result);
  for (double& error : plot.half_width) error *= factor;
  const auto finite = [](double v) { return std::isfinite(v); };
  if (!std::all_of(plot.half_width.begin(), plot.half_width.end(), finite)) plot.half_width.clear();
}

}  // namespace

PlotScales parse_scales(const std::string& text) {
  if (text.empty()) return {};
  const bool is_known = text == "x" || text == "y" || text == "xy" || text == "none";
  if (!is_known) {
    throw InputError("--log",
                     fmt::format("--log: '{}' is none of x, y, xy and none", printable(text)));
  }
  const auto scale = [&](char axis) {
    return text != "none" && text.find(axis) != std::string::npos ? Scale::log : Scale::linear;
  };
  return {scale('x'), scale('y')};
}

PlotData make_plot_data(const FitResult& result, const LoadedData& loaded, double level,
                        const PlotScales& scales) {
  PlotData plot;
  const Dataset::Response& response = loaded.data.responses().front();
  // Parameters picked by an index column have no meaning between its values.
  const std::vector<std::string>& own = loaded.model->parameters();
  const bool is_indexed = std::any_of(own.begin(), own.end(), [&](const std::string& name) {
    return std::find(result.names.begin(), result.names.end(), name) == result.names.end();
  });
  plot.against_fitted = loaded.data.columns().size() != 1 || is_indexed;
  const std::vector<double> fitted = evaluate_at(*loaded.model, loaded.data, result);
  plot.rows = loaded.n_rows;
  for (const index_t row : sample(loaded.n_rows)) {
    const double sigma = sigma_of(response, row), y = response.y[row];
    if (std::isinf(sigma)) continue;
    plot.points.push_back(
        {plot.against_fitted ? fitted[z(row)] : loaded.data.columns().front().values[row], y});
    if (sigma > 0.0) plot.sigma.push_back(sigma);
    plot.residual.push_back((y - fitted[z(row)]) / (sigma > 0.0 ? sigma : 1.0));
  }
  const std::string label = loaded.columns->label(loaded.response);
  plot.x_name = plot.against_fitted ? "fitted " + label
                                    : loaded.columns->label(loaded.data.columns().front().name);
  plot.y_name = plot.against_fitted ? "observed " + label : label;
  plot.residual_name = plot.sigma.empty() ? "residual" : "residual/σ";
  choose_scales(plot, scales);
  if (!plot.against_fitted) add_curve(plot, result, loaded, level);
  return plot;
}

}  // namespace nlsq::command
