// SPDX-License-Identifier: MIT
// Lays out and draws the legend.
#include "plot_legend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace nlsq::command {
namespace {

constexpr double kFont = 12.0, kLine = 19.0, kIndent = 30.0;
constexpr std::size_t kMostParameters = 14;

constexpr std::size_t kLongestName = 24;

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::string with_thousands(index_t n) {
  std::string digits = std::to_string(n);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3)
    digits.insert(static_cast<std::size_t>(i), ",");
  return digits;
}

std::string parameter_text(const FitResult& r, std::size_t i) {
  const char* remark = r.fixed[i] ? " (fixed)" : std::isinf(r.perr[i]) ? " (undetermined)" : "";
  return cut_to(r.names[i], kLongestName) + " = " + with_error(r.popt[i], r.perr[i]) + remark;
}

}  // namespace

double text_width(const std::string& text, double font_size) {
  // The mean advance of DejaVu Sans for words and digits, which is wider than most.
  return 0.62 * font_size *
         static_cast<double>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string cut_to(const std::string& text, std::size_t most) {
  std::size_t characters = 0, at = 0, end = 0;
  for (; at < text.size(); ++at) {
    if (!starts_character(text[at])) continue;
    if (++characters == most) end = at;
  }
  return characters <= most ? text : text.substr(0, end) + "…";
}

Legend::Legend(const FitResult& result, const PlotData& plot, double level) {
  add_marks(plot, level);
  entries_.push_back({Mark::gap, ""});
  add_parameters(result);
  entries_.push_back({Mark::gap, ""});
  if (result.has_sigma)
    entries_.push_back({Mark::none, fmt::format("χ²/dof = {:.4g}", result.reduced_chi2)});
  if (!std::isnan(result.r_squared))
    entries_.push_back({Mark::none, fmt::format("R² = {:.6g}", result.r_squared)});
  entries_.push_back({Mark::none, fmt::format("n = {}", with_thousands(result.n))});
  if (plot.rows > kMostPoints) {
    entries_.push_back({Mark::none, fmt::format("{} points drawn", with_thousands(kMostPoints))});
    entries_.push_back({Mark::none, "(a random sample)"});
  }
}

void Legend::add_marks(const PlotData& plot, double level) {
  entries_.push_back(plot.sigma.empty() ? Entry{Mark::point, "data"}
                                        : Entry{Mark::bar_and_point, "data ± σ"});
  entries_.push_back({Mark::line, plot.against_fitted ? "observed = fitted" : "fit"});
  if (!plot.half_width.empty())
    entries_.push_back({Mark::band, fmt::format("{:g} % confidence", 100.0 * level)});
}

void Legend::add_parameters(const FitResult& result) {
  for (std::size_t i = 0; i < result.names.size(); ++i) {
    if (i == kMostParameters) {
      entries_.push_back(
          {Mark::none, fmt::format("and {} more parameters", result.names.size() - i)});
      return;
    }
    entries_.push_back({Mark::none, parameter_text(result, i)});
  }
}

double Legend::width() const {
  double widest = 0.0;
  for (const Entry& entry : entries_) {
    const double indent = entry.mark == Mark::none ? 0.0 : kIndent;
    widest = std::max(widest, indent + text_width(entry.text, kFont));
  }
  return widest;
}

void Legend::draw(Svg& svg, double x, double y) const {
  svg.open_group(fmt::format("font-size=\"{}\"", kFont));
  for (const Entry& entry : entries_) {
    const double middle = y + 0.5 * kLine, mark = x + 10.0;
    const std::string data = fmt::format("fill=\"{}\"", kDataColor);
    switch (entry.mark) {
      case Mark::bar_and_point:
        svg.line({mark, middle - 8}, {mark, middle + 8},
                 fmt::format("stroke=\"{}\" stroke-width=\"1\"", kDataColor));
        svg.circle({mark, middle}, 3.0, data);
        break;
      case Mark::point: svg.circle({mark, middle}, 3.0, data); break;
      case Mark::line:
        svg.line({x, middle}, {x + 20, middle},
                 fmt::format("stroke=\"{}\" stroke-width=\"2\"", kFitColor));
        break;
      case Mark::band:
        svg.rectangle(x, middle - 5, 20, 10,
                      fmt::format("fill=\"{}\" fill-opacity=\"0.25\"", kFitColor));
        break;
      case Mark::none:
      case Mark::gap: break;
    }
    const bool is_indented = entry.mark != Mark::none;
    svg.text({x + (is_indented ? kIndent : 0.0), middle + 0.36 * kFont}, entry.text);
    y += entry.mark == Mark::gap ? 0.5 * kLine : kLine;
  }
  svg.close_group();
}

}  // namespace nlsq::command
