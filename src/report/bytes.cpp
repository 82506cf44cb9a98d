// SPDX-License-Identifier: MIT
// Numbers of bytes as people write them.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "nlsq/error.hpp"
#include "nlsq/memory.hpp"

namespace nlsq {
namespace {

constexpr std::string_view kUnits = "KMGT";
constexpr double kUnit = 1024.0;

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

// The factor of what follows a number; 0 for what is no unit.
double factor_of(std::string_view unit) {
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  if (unit.empty()) return 1.0;
  if (unit.size() == 1 && upper(unit[0]) == 'B') return 1.0;
  const std::size_t power = kUnits.find(upper(unit[0]));
  const std::string_view rest = unit.substr(1);
  const bool plain = rest.empty() || rest == "i" || rest == "B" || rest == "b" || rest == "iB";
  if (power == std::string_view::npos || !plain) return 0.0;
  return std::pow(kUnit, static_cast<double>(power) + 1.0);
}

}  // namespace

index_t parse_bytes(std::string_view text, const std::string& argument) {
  constexpr double kMost = 9e18;
  double number = 0.0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const double factor =
      error == std::errc() ? factor_of({rest, static_cast<std::size_t>(end - rest)}) : 0.0;
  const double bytes = number * factor;
  if (!(bytes >= 1.0 && bytes < kMost)) {
    throw InputError(argument, fmt::format("{}: '{}' is no size in memory; write 256M, 1.5G or a "
                                           "number of bytes",
                                           argument, text));
  }
  return static_cast<index_t>(bytes);
}

std::string shown_bytes(index_t bytes) {
  auto value = static_cast<double>(bytes);
  if (value < kUnit) return fmt::format("{} B", bytes);
  std::size_t unit = 0;
  for (value /= kUnit; value >= kUnit && unit + 1 < kUnits.size(); value /= kUnit) ++unit;
  constexpr double kTenths = 10.0;
  return fmt::format("{:.1f} {}iB", std::ceil(value * kTenths) / kTenths, kUnits[unit]);
}

}  // namespace nlsq
