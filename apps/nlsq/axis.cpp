// SPDX-License-Identifier: MIT
// Ticks.
#include "axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace nlsq::command {
namespace {

double count_inside(double low, double high, double step) {
  return std::floor(high / step + 1e-9) - std::ceil(low / step - 1e-9) + 1.0;
}

// The 1-2-5 step that puts nearest to `wanted` ticks between low and high; of two, the one with
// more.
double tick_step(double low, double high, int wanted) {
  const double power = std::pow(10.0, std::floor(std::log10((high - low) / wanted)));
  double best = power;
  for (const double factor : {0.5, 1.0, 2.0, 5.0, 10.0}) {
    const double off = std::abs(count_inside(low, high, factor * power) - wanted);
    if (off < std::abs(count_inside(low, high, best) - wanted)) best = factor * power;
  }
  return best;
}

std::string superscript(int exponent) {
  static const char* const kDigits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string out = exponent < 0 ? "⁻" : "";
  for (const char digit : std::to_string(std::abs(exponent))) out += kDigits[digit - '0'];
  return out;
}

}  // namespace

Axis::Axis(double low, double high, double padding, Scale scale)
    : scale_(scale), low_(low), high_(high) {
  if (scale == Scale::log) {
    low_ = std::log10(low);
    high_ = std::log10(high);
  }
  const double size = std::max(std::abs(low_), std::abs(high_));
  // Fewer than some digits between the ends cannot be labelled.
  if (!(high_ - low_ > 1e-12 * size)) {
    const double half = scale == Scale::log ? 0.5 : size > 0.0 ? 0.1 * size : 1.0;
    low_ -= half;
    high_ += half;
  }
  const double extra = padding * (high_ - low_);
  low_ -= extra;
  high_ += extra;
}

double Axis::value_at(double coordinate) const {
  return scale_ == Scale::log ? std::pow(10.0, coordinate) : coordinate;
}

double Axis::place(double value, double at_low, double at_high) const {
  double coordinate = value;
  if (scale_ == Scale::log)
    coordinate = value > 0.0 ? std::log10(value) : low_ - 10.0 * (high_ - low_);
  return at_low + (coordinate - low_) / (high_ - low_) * (at_high - at_low);
}

int Axis::factor_exponent() const {
  if (scale_ == Scale::log) return 0;
  const double size = std::max(std::abs(low_), std::abs(high_));
  const int exponent = static_cast<int>(std::floor(std::log10(size)));
  return exponent >= 5 || exponent <= -4 ? exponent : 0;
}

std::string Axis::factor() const {
  const int exponent = factor_exponent();
  return exponent == 0 ? "" : "×10" + superscript(exponent);
}

// Powers of ten, every so many of them; within few decades 2 and 5 times them have labels, too, and
// all multiples lines.
std::vector<Tick> Axis::log_ticks(int wanted) const {
  const double decades = high_ - low_;
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / wanted)));
  const bool has_multiples = stride == 1 && decades < 1.3 * wanted;
  const bool labels_them = decades < 2.5;
  const bool is_plain = low_ > -4.0 && high_ < 5.0;
  const auto label = [&](int digit, int exponent) {
    if (is_plain)
      return fmt::format("{:.{}f}", digit * std::pow(10.0, exponent), std::max(0, -exponent));
    const std::string power = "10" + superscript(exponent);
    return digit == 1 ? power : fmt::format("{}·{}", digit, power);
  };
  std::vector<Tick> ticks;
  const int first = static_cast<int>(std::floor(low_)), last = static_cast<int>(std::floor(high_));
  for (int exponent = first; exponent <= last; ++exponent) {
    if (exponent % stride != 0) continue;
    for (int digit = 1; digit <= (has_multiples ? 9 : 1); ++digit) {
      const double coordinate = exponent + std::log10(digit);
      if (coordinate < low_ - 1e-9 || coordinate > high_ + 1e-9) continue;
      const bool has_label = digit == 1 || (labels_them && (digit == 2 || digit == 5));
      ticks.push_back({value_at(coordinate), has_label ? label(digit, exponent) : ""});
    }
  }
  return ticks;
}

std::vector<Tick> Axis::ticks(int wanted) const {
  if (scale_ == Scale::log && high_ - low_ > 0.7) return log_ticks(wanted);
  if (scale_ == Scale::log) return Axis(low(), high(), 0.0).ticks(wanted);
  const double step = tick_step(low_, high_, wanted);
  const int exponent = factor_exponent();
  const int decimals =
      std::max(0, exponent - static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  std::vector<Tick> ticks;
  const double first = std::ceil(low_ / step - 1e-9);
  const double last = std::floor(high_ / step + 1e-9);
  for (double k = first; k <= last; ++k) {
    const double value = k * step;
    // A proper minus sign, and none before zero.
    std::string label =
        fmt::format("{:.{}f}", std::abs(value) / std::pow(10.0, exponent), decimals);
    if (k < 0) label = "\u2212" + label;
    ticks.push_back({value, label});
  }
  return ticks;
}

}  // namespace nlsq::command
