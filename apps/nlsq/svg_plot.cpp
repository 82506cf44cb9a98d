// SPDX-License-Identifier: MIT
// Draws the two panels. All sizes are pixels of the SVG; y grows downwards.
#include "svg_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "axis.hpp"
#include "plot_data.hpp"
#include "plot_legend.hpp"
#include "svg.hpp"

namespace nlsq::command {
namespace {

constexpr double kPanelWidth = 600.0, kTop = 46.0, kHeight = 360.0, kGap = 16.0,
                 kResidualHeight = 110.0;
constexpr double kBottom = 56.0, kLegendGap = 22.0, kRight = 16.0;
constexpr const char* kFrame = "fill=\"none\" stroke=\"#444\" stroke-width=\"1\"";
constexpr const char* kGrid = "stroke=\"#e9e9e9\" stroke-width=\"1\"";
constexpr const char* kTick = "stroke=\"#444\" stroke-width=\"1\"";

// Of what an axis is to show: a logarithmic one has no place for zero and below.
struct Range {
  double low = INFINITY, high = -INFINITY;
  Scale scale = Scale::linear;
  void include(double v) {
    if (!std::isfinite(v) || (scale == Scale::log && v <= 0.0)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  Range widened(double part) const {
    if (scale == Scale::linear)
      return {low - part * (high - low), high + part * (high - low), scale};
    const double more = std::pow(std::max(high / low, 2.0), part);
    return {low / more, high * more, scale};
  }
};

Range x_range(const PlotData& plot) {
  Range range{.scale = plot.x_scale};
  for (const Point& p : plot.points) range.include(p.x);
  for (const Point& p : plot.curve) range.include(p.x);
  return range;
}

// The data decide; long error bars and poles of the curve may widen the range only so far.
Range y_range(const PlotData& plot) {
  Range range{.scale = plot.y_scale};
  for (const Point& p : plot.points) range.include(p.y);
  const Range bars = range.widened(0.5), curve = range.widened(0.3);
  for (std::size_t i = 0; i < plot.sigma.size(); ++i) {
    range.include(std::clamp(plot.points[i].y - plot.sigma[i], bars.low, bars.high));
    range.include(std::clamp(plot.points[i].y + plot.sigma[i], bars.low, bars.high));
  }
  for (std::size_t i = 0; i < plot.curve.size(); ++i) {
    const double half = plot.half_width.empty() ? 0.0 : plot.half_width[i];
    range.include(std::clamp(plot.curve[i].y - half, curve.low, curve.high));
    range.include(std::clamp(plot.curve[i].y + half, curve.low, curve.high));
  }
  return range;
}

Range residual_range(const PlotData& plot) {
  Range range;
  for (const double r : plot.residual) {
    range.include(std::abs(r));
    range.include(-std::abs(r));
  }
  return range;
}

// A frame with its two axes.
struct Panel {
  double left, top, width, height;
  Axis x, y;
  double at_x(double value) const { return x.place(value, left, left + width); }
  double at_y(double value) const { return y.place(value, top + height, top); }
  Point at(const Point& p) const { return {at_x(p.x), at_y(p.y)}; }
  double bottom() const { return top + height; }
};

void draw_grid(Svg& svg, const Panel& panel, int y_ticks, bool has_x_labels) {
  for (const Tick& tick : panel.x.ticks(7)) {
    const double x = panel.at_x(tick.value);
    svg.line({x, panel.top}, {x, panel.bottom()}, kGrid);
    svg.line({x, panel.bottom()}, {x, panel.bottom() + (tick.label.empty() ? 3 : 5)}, kTick);
    if (has_x_labels && !tick.label.empty())
      svg.text({x, panel.bottom() + 20}, tick.label, "text-anchor=\"middle\"");
  }
  for (const Tick& tick : panel.y.ticks(y_ticks)) {
    const double y = panel.at_y(tick.value);
    svg.line({panel.left, y}, {panel.left + panel.width, y}, kGrid);
    svg.line({panel.left - (tick.label.empty() ? 3 : 5), y}, {panel.left, y}, kTick);
    if (!tick.label.empty()) svg.text({panel.left - 9, y + 4.5}, tick.label, "text-anchor=\"end\"");
  }
}

void draw_frame(Svg& svg, const Panel& panel) {
  svg.rectangle(panel.left, panel.top, panel.width, panel.height, kFrame);
}

void draw_y_name(Svg& svg, const Panel& panel, double x, const std::string& name) {
  const double middle = panel.top + 0.5 * panel.height;
  svg.text(
      {x, middle}, name,
      fmt::format("text-anchor=\"middle\" transform=\"rotate(-90 {:.1f} {:.1f})\"", x, middle));
}

std::string named(const std::string& name, const Axis& axis) {
  const std::string factor = axis.factor();
  return factor.empty() ? name : name + " (" + factor + ")";
}

double point_radius(std::size_t points) {
  return points <= 60 ? 3.4 : points <= 300 ? 2.7 : points <= 1500 ? 2.0 : 1.4;
}

void draw_points(Svg& svg, const Panel& panel, const std::vector<Point>& points,
                 const std::vector<double>& sigma) {
  const bool is_dense = points.size() > 1500;
  if (!sigma.empty()) {
    svg.open_group(fmt::format("stroke=\"{}\" stroke-width=\"1\" stroke-opacity=\"{}\"", kDataColor,
                               is_dense ? 0.2 : 0.6));
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double x = panel.at_x(points[i].x);
      svg.line({x, panel.at_y(points[i].y - sigma[i])}, {x, panel.at_y(points[i].y + sigma[i])},
               "");
    }
    svg.close_group();
  }
  svg.open_group(fmt::format("fill=\"{}\"{}", kDataColor, is_dense ? " fill-opacity=\"0.5\"" : ""));
  for (const Point& p : points) svg.circle(panel.at(p), point_radius(points.size()));
  svg.close_group();
}

void draw_curve(Svg& svg, const Panel& panel, const PlotData& plot) {
  const std::string line =
      fmt::format("stroke=\"{}\" stroke-width=\"2\" stroke-linejoin=\"round\"", kFitColor);
  std::vector<Point> curve;
  for (const Point& p : plot.curve) curve.push_back(panel.at(p));
  if (plot.against_fitted) {
    const double low = std::max(panel.x.low(), panel.y.low()),
                 high = std::min(panel.x.high(), panel.y.high());
    curve = {panel.at({low, low}), panel.at({high, high})};
  }
  svg.path(curve, line);
}

void draw_band(Svg& svg, const Panel& panel, const PlotData& plot) {
  if (plot.half_width.empty()) return;
  std::vector<Point> outline;
  const std::size_t n = plot.curve.size();
  for (std::size_t i = 0; i < 2 * n; ++i) {
    const std::size_t k = i < n ? i : 2 * n - 1 - i;
    const double y = plot.curve[k].y + (i < n ? 1.0 : -1.0) * plot.half_width[k];
    if (std::isfinite(y)) outline.push_back(panel.at({plot.curve[k].x, y}));
  }
  svg.polygon(outline, fmt::format("fill=\"{}\" fill-opacity=\"0.25\"", kFitColor));
}

void draw_residuals(Svg& svg, const Panel& panel, const PlotData& plot) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < plot.points.size(); ++i)
    points.push_back({plot.points[i].x, plot.residual[i]});
  const double zero = panel.at_y(0.0);
  svg.line({panel.left, zero}, {panel.left + panel.width, zero},
           fmt::format("stroke=\"{}\" stroke-width=\"1.5\"", kFitColor));
  draw_points(svg, panel, points, {});
}

double widest_label(const Axis& axis, int ticks) {
  double widest = 0.0;
  for (const Tick& tick : axis.ticks(ticks))
    widest = std::max(widest, text_width(tick.label, 13.0));
  return widest;
}

std::string title_of(const FitResult& result, const LoadedData& loaded) {
  return loaded.model->response().empty() ? loaded.response + " = " + result.model : result.model;
}

// A long formula is set smaller, a very long one is cut. Bold text is wider by an eighth.
void draw_title(Svg& svg, const std::string& title, double x, double width) {
  constexpr double kLargest = 15.0, kSmallest = 10.0, kBold = 1.125;
  const double size =
      std::clamp(kLargest * width / (kBold * text_width(title, kLargest)), kSmallest, kLargest);
  const auto most = static_cast<std::size_t>(width / (kBold * text_width("n", size)));
  svg.text({x, 28}, cut_to(title, most),
           fmt::format("font-size=\"{:.1f}\" font-weight=\"600\"", size));
}

}  // namespace

std::string plot_of(const FitResult& result, const LoadedData& loaded, double level,
                    const PlotScales& scales) {
  const PlotData plot = make_plot_data(result, loaded, level, scales);
  const Range xs = x_range(plot), ys = y_range(plot), residuals = residual_range(plot);
  const Axis x(xs.low, xs.high, 0.03, xs.scale), y(ys.low, ys.high, 0.04, ys.scale),
      residual(residuals.low, residuals.high, 0.12);
  const double left = 40.0 + std::max(widest_label(y, 6), widest_label(residual, 3));
  const Panel main{left, kTop, kPanelWidth, kHeight, x, y};
  const Panel below{left, main.bottom() + kGap, kPanelWidth, kResidualHeight, x, residual};
  const Legend legend(result, plot, level);
  const double width = left + kPanelWidth + kLegendGap + legend.width() + kRight;

  Svg svg(width, below.bottom() + kBottom);
  const std::string title = title_of(result, loaded);
  svg.title(title);
  svg.rectangle(0, 0, width, below.bottom() + kBottom, "fill=\"white\"");
  svg.clip_region("main", main.left, main.top, main.width, main.height);
  svg.clip_region("below", below.left, below.top, below.width, below.height);
  draw_title(svg, title, left, width - left - kRight);
  draw_grid(svg, main, 6, false);
  svg.open_group("clip-path=\"url(#main)\"");
  draw_band(svg, main, plot);
  // Few points lie on the curve, many would hide it.
  const bool curve_first = plot.points.size() <= 300;
  if (curve_first) draw_curve(svg, main, plot);
  draw_points(svg, main, plot.points, plot.sigma);
  if (!curve_first) draw_curve(svg, main, plot);
  svg.close_group();
  draw_frame(svg, main);
  draw_grid(svg, below, 3, true);
  svg.open_group("clip-path=\"url(#below)\"");
  draw_residuals(svg, below, plot);
  svg.close_group();
  draw_frame(svg, below);
  draw_y_name(svg, main, 18.0, named(plot.y_name, y));
  draw_y_name(svg, below, 18.0, named(plot.residual_name, residual));
  svg.text({left + 0.5 * kPanelWidth, below.bottom() + 43}, named(plot.x_name, x),
           "text-anchor=\"middle\"");
  legend.draw(svg, left + kPanelWidth + kLegendGap, kTop);
  return svg.finish();
}

}  // namespace nlsq::command
