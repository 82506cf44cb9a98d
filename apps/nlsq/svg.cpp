// SPDX-License-Identifier: MIT
// SVG elements as text.
#include "svg.hpp"

#include <fmt/format.h>

#include <cmath>

#include "nlsq/runtime.hpp"
#include "own_results.hpp"

namespace nlsq::command {
namespace {

// Longer text is not read in a drawing.
constexpr std::size_t kMostOfText = 1000;

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text, kMostOfText)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

Svg::Svg(double width, double height) {
  out_ = fmt::format(
      "{2}{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 "
      "0 {0:.0f} {1:.0f}\" "
      "font-family=\"'DejaVu Sans', Verdana, Arial, sans-serif\" font-size=\"13\" fill=\"#222\">\n",
      width, height, kSvgStart);
}

void Svg::rectangle(double x, double y, double width, double height, std::string_view attributes) {
  out_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" {}/>\n",
                      x, y, width, height, attributes);
}

void Svg::line(Point a, Point b, std::string_view attributes) {
  out_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", a.x,
                      a.y, b.x, b.y, attributes);
}

void Svg::circle(Point center, double radius, std::string_view attributes) {
  out_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.2g}\"{}{}/>\n", center.x,
                      center.y, radius, attributes.empty() ? "" : " ", attributes);
}

void Svg::path(const std::vector<Point>& points, std::string_view attributes) {
  std::string d;
  bool pen_is_down = false;
  for (const Point& p : points) {
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) {
      pen_is_down = false;
      continue;
    }
    d += fmt::format("{}{:.2f} {:.2f}", pen_is_down ? "L" : "M", p.x, p.y);
    pen_is_down = true;
  }
  if (!d.empty()) out_ += fmt::format("<path d=\"{}\" fill=\"none\" {}/>\n", d, attributes);
}

void Svg::polygon(const std::vector<Point>& points, std::string_view attributes) {
  std::string d;
  for (const Point& p : points)
    d += fmt::format("{}{:.2f} {:.2f}", d.empty() ? "M" : "L", p.x, p.y);
  if (!d.empty()) out_ += fmt::format("<path d=\"{}Z\" {}/>\n", d, attributes);
}

void Svg::text(Point at, const std::string& text, std::string_view attributes) {
  out_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\"{}{}>{}</text>\n", at.x, at.y,
                      attributes.empty() ? "" : " ", attributes, escaped(text));
}

void Svg::clip_region(std::string_view id, double x, double y, double width, double height) {
  out_ += fmt::format(
      "<clipPath id=\"{}\"><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>"
      "</clipPath>\n",
      id, x, y, width, height);
}

void Svg::open_group(std::string_view attributes) { out_ += fmt::format("<g {}>\n", attributes); }

void Svg::close_group() { out_ += "</g>\n"; }

void Svg::title(const std::string& text) { out_ += "<title>" + escaped(text) + "</title>\n"; }

std::string Svg::finish() { return out_ + "</svg>\n"; }

}  // namespace nlsq::command
