// SPDX-License-Identifier: MIT
// Rounding for people.
#include "report/measurement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "nlsq/result.hpp"

namespace nlsq::fit_impl {
namespace {

constexpr int kMostDigits = 15;

// Exponent of the first digit once x is rounded to `digits` digits, so that 0.0996 counts as 0.10.
int exponent_of(double x, int digits) {
  const std::string text = fmt::format("{:.{}e}", x, digits - 1);
  return std::atoi(text.c_str() + text.find('e') + 1);
}

}  // namespace

Notation notation_of(double value, double error) {
  Notation notation;
  const int error_exponent = exponent_of(error, 2);
  const int value_exponent =
      value == 0.0 || !std::isfinite(value) ? error_exponent : exponent_of(value, kMostDigits);
  const int first = std::max(error_exponent, value_exponent);
  notation.last = std::max(error_exponent - 1, first - (kMostDigits - 1));
  notation.scientific = first < -4 || first > 6;
  notation.exponent = notation.scientific ? first : 0;
  return notation;
}

std::string mantissa(double x, const Notation& notation) {
  const int decimals = std::max(0, notation.exponent - notation.last);
  if (!notation.scientific && notation.last > 0) {
    const double unit = std::pow(10.0, notation.last);
    x = std::round(x / unit) * unit;
  }
  // Through decimal text, as x/10^exponent would round a second time.
  if (notation.scientific && std::isfinite(x) && x != 0.0) {
    const int digits = std::max(0, exponent_of(x, kMostDigits) - notation.last);
    const std::string text = fmt::format("{:.{}e}", x, digits);
    const std::size_t e = text.find('e');
    x = std::strtod((text.substr(0, e) + "e" +
                     std::to_string(std::atoi(text.c_str() + e + 1) - notation.exponent))
                        .c_str(),
                    nullptr);
  }
  const std::string text = fmt::format("{:.{}f}", x, decimals);
  // No minus before a number that is rounded to zero.
  return text.find_first_of("123456789in") == std::string::npos && text[0] == '-' ? text.substr(1)
                                                                                  : text;
}

std::string power_of_ten(const Notation& notation) {
  return notation.scientific ? fmt::format("e{:+03d}", notation.exponent) : "";
}

std::string error_text(double error, const Notation& notation) {
  const bool shown = exponent_of(error, 2) - 1 >= notation.last;
  return shown ? mantissa(error, notation) : fmt::format("{:.1e}", error);
}

std::string plain(double value, int digits) { return fmt::format("{:.{}g}", value, digits); }

}  // namespace nlsq::fit_impl

namespace nlsq {

std::string with_error(double value, double error) {
  using namespace fit_impl;
  if (!(error > 0.0) || std::isinf(error)) return plain(value, error == 0.0 ? 10 : 6);
  const Notation notation = notation_of(value, error);
  const std::string text = mantissa(value, notation) + " ± " + error_text(error, notation);
  return notation.scientific ? "(" + text + ")" + power_of_ten(notation) : text;
}

}  // namespace nlsq
