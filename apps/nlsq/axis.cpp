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

Axis::Axis(double low, double high, double padding) : low_(low), high_(high) {
  const double size = std::max(std::abs(low), std::abs(high));
  // Fewer than some digits between the ends cannot be labelled.
  if (!(high - low > 1e-12 * size)) {
    const double half = size > 0.0 ? 0.1 * size : 1.0;
    low_ -= half;
    high_ += half;
  }
  const double extra = padding * (high_ - low_);
  low_ -= extra;
  high_ += extra;
}

int Axis::factor_exponent() const {
  const double size = std::max(std::abs(low_), std::abs(high_));
  const int exponent = static_cast<int>(std::floor(std::log10(size)));
  return exponent >= 5 || exponent <= -4 ? exponent : 0;
}

std::string Axis::factor() const {
  const int exponent = factor_exponent();
  return exponent == 0 ? "" : "×10" + superscript(exponent);
}

std::vector<Tick> Axis::ticks(int wanted) const {
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
