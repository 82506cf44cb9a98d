// SPDX-License-Identifier: MIT
// Writes SVG elements. Coordinates are pixels with one or two decimals; text is escaped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nlsq::command {

struct Point {
  double x = 0.0, y = 0.0;
};

class Svg {
 public:
  Svg(double width, double height);
  void rectangle(double x, double y, double width, double height, std::string_view attributes);
  void line(Point a, Point b, std::string_view attributes);
  void circle(Point center, double radius, std::string_view attributes = "");
  /// A line through the points; a point that is not finite breaks it.
  void path(const std::vector<Point>& points, std::string_view attributes);
  /// A closed outline.
  void polygon(const std::vector<Point>& points, std::string_view attributes);
  void text(Point at, const std::string& text, std::string_view attributes = "");
  void clip_region(std::string_view id, double x, double y, double width, double height);
  void open_group(std::string_view attributes);
  void close_group();
  void title(const std::string& text);
  /// The whole document.
  std::string finish();

 private:
  std::string out_;
};

/// Escapes what XML reserves; control characters and bytes that are no UTF-8 become '?'.
/// Text as XML has it, printable and of a bounded length.
std::string escaped(std::string_view text);

}  // namespace nlsq::command
