// SPDX-License-Identifier: MIT
// The column to the right of a plot: what the marks mean, the parameters, how good the fit is.
#pragma once

#include <string>
#include <vector>

#include "nlsq/result.hpp"
#include "plot_data.hpp"
#include "svg.hpp"

namespace nlsq::command {

/// Colours of Okabe and Ito, told apart by colour-blind readers and in grey.
inline constexpr const char* kDataColor = "#0072B2";
inline constexpr const char* kFitColor = "#D55E00";

class Legend {
 public:
  Legend(const FitResult& result, const PlotData& plot, double level);
  /// Pixels that the text needs.
  double width() const;
  void draw(Svg& svg, double x, double y) const;

 private:
  enum class Mark { none, point, bar_and_point, line, band, gap };
  struct Entry {
    Mark mark;
    std::string text;
  };
  void add_marks(const PlotData& plot, double level);
  void add_parameters(const FitResult& result);

  std::vector<Entry> entries_;
};

/// Estimated width of text in pixels at a font size; characters of UTF-8 count once.
double text_width(const std::string& text, double font_size);

/// At most `most` characters, the end replaced by '…'.
std::string cut_to(const std::string& text, std::size_t most);

}  // namespace nlsq::command
