// SPDX-License-Identifier: MIT
#include "data/serial_moment.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace nlsq::data {
namespace {

// Hinnant's civil_from_days.
std::array<int, 3> civil(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto of_era = static_cast<int>(days - era * 146097);
  const int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int of_year = of_era - (365 * year + year / 4 - year / 100);
  const int part = (5 * of_year + 2) / 153;
  const int month = part < 10 ? part + 3 : part - 9;
  return {static_cast<int>(era * 400) + year + (month <= 2 ? 1 : 0), month,
          of_year - (153 * part + 2) / 5 + 1};
}

}  // namespace

std::string serial_moment(double serial, CellStyle style, bool from_1904) {
  constexpr std::int64_t kDay = 86'400'000;
  const auto all = static_cast<std::int64_t>(std::llround(serial * static_cast<double>(kDay)));
  const std::int64_t days = all / kDay, ms = all % kDay;
  const std::int64_t hours = ms / 3'600'000 + (style == CellStyle::duration ? 24 * days : 0);
  char clock[48];
  const int size = std::snprintf(
      clock, sizeof clock, "%02lld:%02lld:%02lld", static_cast<long long>(hours),
      static_cast<long long>(ms / 60'000 % 60), static_cast<long long>(ms / 1000 % 60));
  std::string text(clock, static_cast<std::size_t>(size));
  if (ms % 1000 != 0) {
    char part[8];
    std::snprintf(part, sizeof part, ".%03d", static_cast<int>(ms % 1000));
    text += part;
  }
  if (style == CellStyle::duration || (style == CellStyle::clock && days == 0)) return text;
  // Day 60 of Excel is the 29th of February 1900, which never was.
  const std::int64_t origin = from_1904 ? -24107 : days < 60 ? -25568 : -25569;
  const std::array<int, 3> date = civil(days + origin);
  char day[40];
  std::snprintf(day, sizeof day, "%04d-%02d-%02d", date[0], date[1], date[2]);
  return ms == 0 ? std::string(day) : day + ("T" + text);
}

}  // namespace nlsq::data
