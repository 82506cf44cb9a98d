// SPDX-License-Identifier: MIT
// Columns of dates, of times of day and of durations, which become seconds or days since the first
// of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/sample.hpp"

namespace nlsq {
struct ReadOptions;
}

namespace nlsq::data {

enum class TimeKind : std::uint8_t {
  none,
  year_first,   ///< 2023-01-31, with or without a time
  day_first,    ///< 31.1.2023, 31-Jan-2023
  month_first,  ///< 1/31/2023
  hours,        ///< 12:30:05.5, 12:30
  minutes,      ///< 30:05.5
  parts         ///< 0h 1m59s
};

struct TimeColumn {
  TimeKind kind = TimeKind::none;
  std::int64_t reference = 0;  ///< seconds: what values are counted from
  std::string first{};         ///< the first of them, for messages
};

inline bool is_date(TimeKind kind) {
  return kind == TimeKind::year_first || kind == TimeKind::day_first ||
         kind == TimeKind::month_first;
}

/// Seconds since column.reference (of dates since 1970), false if the text is no such time.
bool read_time(std::string_view text, const TimeColumn& column, double& value);

/// The columns of the rows of `sample` that hold times; one a column, or none at all. Where the
/// order of day and month shows in no field of it, the last lines before `end` are asked.
std::vector<TimeColumn> find_times(const Sample& sample, std::size_t columns,
                                   const Dialect& dialect, const char* end);

/// Whether a date could be meant with the day first or the month first.
bool is_ambiguous_date(std::string_view text);

}  // namespace nlsq::data
