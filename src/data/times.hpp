// SPDX-License-Identifier: MIT
// Columns of dates, of times of day and of durations, which become seconds or days since the first
// of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/sample.hpp"
#include "nlsq/table.hpp"

namespace nlsq::data {

enum class TimeKind : std::uint8_t {
  none,
  year_first,        ///< 2023-01-31, with or without a time
  day_first,         ///< 31.1.2023, 31-Jan-2023
  month_first,       ///< 1/31/2023
  short_year_first,  ///< 23-01-31, months as numbers
  hours,             ///< 12:30:05.5, 12:30
  minutes,           ///< 30:05.5
  parts              ///< 0h 1m59s
};

struct TimeColumn {
  TimeKind kind = TimeKind::none;
  std::int64_t reference = 0;  ///< seconds: what values are counted from
  std::string first{};         ///< the first of them, for messages
  double zero = 0;             ///< of a given clock, in seconds since `reference`
  char unit = 0;               ///< of a given clock; 0: there is none
  bool is_dated = false;       ///< a given clock has dates, of its own or from the column before
  std::string_view order{};    ///< of day and year, where only their course told it
};

inline bool is_date(TimeKind kind) {
  return kind == TimeKind::year_first || kind == TimeKind::day_first ||
         kind == TimeKind::month_first || kind == TimeKind::short_year_first;
}

/// Seconds since column.reference (of dates since 1970), false if the text is no such time.
bool read_time(std::string_view text, const TimeColumn& column, double& value);

/// The columns of the rows of `sample` that hold times; one a column, or none at all. Where the
/// order of day and month shows in no field of it, the last lines before `end` are asked.
/// Columns of the names that `clocks` have count from where those do.
std::vector<TimeColumn> find_times(const Sample& sample, std::size_t columns,
                                   const Dialect& dialect, const char* end,
                                   const std::vector<std::string>& names,
                                   const std::vector<Clock>& clocks);

/// Which of its first, second and third number may be the day, where a date leaves that open: "day
/// or month comes first" and the like; empty where it does not.
std::string_view open_order_of_date(std::string_view text);

}  // namespace nlsq::data
