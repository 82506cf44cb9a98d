// SPDX-License-Identifier: MIT
// A column holds times if all its fields in the first rows could be the same kind of them.
#include "data/times.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "data/moment.hpp"
#include "data/number.hpp"

namespace nlsq::data {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// How dates go on from row to row, read in one order.
struct Course {
  std::int64_t lowest = 0, highest = 0, before = 0;
  index_t count = 0;
  bool falls = false;

  void add(const Moment& moment) {
    const std::int64_t now = moment.seconds;
    lowest = count == 0 ? now : std::min(lowest, now);
    highest = count == 0 ? now : std::max(highest, now);
    falls |= count > 0 && now < before;
    before = now;
    ++count;
  }
  std::int64_t span() const { return highest - lowest; }
};

// Rows go on day by day rather than year by year: of two courses the one that does not fall, or of
// much less time, is meant.
bool is_likelier(const Course& course, const Course& other) {
  constexpr std::int64_t kMuch = 10;
  if (course.falls != other.falls) return other.falls;
  return kMuch * course.span() < other.span();
}

// What the fields of one column could all be.
struct Possible {
  std::array<bool, 8> kinds{false, true, true, true, true, true, true, true};
  index_t fields = 0;
  bool has_points = false;     ///< 31.1.2023
  bool has_two_parts = false;  ///< 0h 1m
  bool shows_minutes = false;  ///< 30:05.5 or 75:00
  std::string first;
  Course day_course,
      year_course;  ///< of dates that begin with the day, or with a year of two digits

  void add(std::string_view text) {
    text = trimmed(text);
    if (fields++ == 0) first = text;
    for (std::size_t k = 1; k < kinds.size(); ++k) {
      Moment moment;
      kinds[k] = kinds[k] && read_moment(text, static_cast<TimeKind>(k), moment);
      if (!kinds[k]) continue;
      if (static_cast<TimeKind>(k) == TimeKind::day_first) day_course.add(moment);
      if (static_cast<TimeKind>(k) == TimeKind::short_year_first) year_course.add(moment);
    }
    Moment moment;
    int count = 0;
    has_two_parts |= read_parts(text, moment, count) && count > 1;
    const std::size_t colon = text.find(':');
    const bool one_colon =
        colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
    shows_minutes |= one_colon && (text.find('.', colon) != std::string_view::npos || colon > 2 ||
                                   (colon == 2 && text > "24:00"));
    const std::size_t sign = text.find_first_of("-/. ");
    has_points |= sign != std::string_view::npos && text[sign] == '.';
  }
  bool may_be(TimeKind kind) const { return kinds[static_cast<std::size_t>(kind)]; }
  bool is_any() const { return std::find(kinds.begin(), kinds.end(), true) != kinds.end(); }

  // Day or year may come first, and the rows alone tell which.
  bool is_order_from_course() const {
    return may_be(TimeKind::short_year_first) && may_be(TimeKind::day_first) && !has_points;
  }

  // All fields are of one day, and so as far apart in either order.
  bool is_one_day() const {
    constexpr std::int64_t kDay = 86400;
    return is_order_from_course() && !may_be(TimeKind::month_first) && year_course.span() < kDay &&
           day_course.span() < kDay;
  }

  TimeKind kind() const {
    if (fields == 0) return TimeKind::none;
    if (may_be(TimeKind::year_first)) return TimeKind::year_first;
    const bool day = may_be(TimeKind::day_first), month = may_be(TimeKind::month_first);
    if (may_be(TimeKind::short_year_first) && !has_points) {
      if (!day && !month) return TimeKind::short_year_first;
      if (month || is_one_day()) return TimeKind::none;
      if (is_likelier(year_course, day_course)) return TimeKind::short_year_first;
      return is_likelier(day_course, year_course) ? TimeKind::day_first : TimeKind::none;
    }
    if (day && (!month || has_points)) return TimeKind::day_first;
    if (month && !day) return TimeKind::month_first;
    if (may_be(TimeKind::minutes) && (shows_minutes || !may_be(TimeKind::hours)))
      return TimeKind::minutes;
    if (may_be(TimeKind::hours)) return TimeKind::hours;
    if (may_be(TimeKind::parts) && has_two_parts) return TimeKind::parts;
    return TimeKind::none;
  }
};

bool is_missing(const std::string& field, const Dialect& dialect) {
  double value = 0;
  const FieldKind kind = classify(field, dialect, value);
  return kind == FieldKind::missing || kind == FieldKind::mark;
}

// The last lines of a text, as far as they are like the rows.
std::vector<Record> last_records(const char* begin, const char* end, std::size_t fields,
                                 const Dialect& dialect) {
  constexpr std::ptrdiff_t kTail = std::ptrdiff_t{1} << 14U;
  std::vector<Record> records;
  const char* p = end - begin > kTail ? next_line(end - kTail, end) : begin;
  Cursor cursor{p, 1};
  Record record;
  while (read_record(cursor, end, dialect, record)) {
    if (record.fields.size() == fields) records.push_back(record);
  }
  return records;
}

}  // namespace

bool read_time(std::string_view text, const TimeColumn& column, double& value) {
  Moment moment;
  if (!read_moment(trimmed(text), column.kind, moment)) return false;
  value = static_cast<double>(moment.seconds - column.reference) + moment.fraction;
  return true;
}

std::vector<TimeColumn> find_times(const Sample& sample, std::size_t columns,
                                   const Dialect& dialect, const char* end,
                                   const std::vector<std::string>& names,
                                   const std::vector<Clock>& clocks) {
  std::vector<TimeColumn> times;
  // Rows of times alone follow the names.
  const bool has_numbers = std::ranges::find(sample.numeric, 1) != sample.numeric.end();
  const std::size_t first = has_numbers ? sample.first_row : names.empty() ? 0 : 1;
  for (std::size_t j = 0; j < std::min(columns, sample.numeric.size()); ++j) {
    if (sample.numeric[j] != 0) continue;
    Possible possible;
    for (std::size_t i = first; i < sample.records.size() && possible.is_any(); ++i) {
      const Record& record = sample.records[i];
      const bool is_row = has_numbers ? sample.is_row(record) : sample.has_usual_size(record);
      if (!is_row || j >= record.fields.size()) continue;
      if (!is_missing(record.fields[j], dialect)) possible.add(record.fields[j]);
    }
    if (possible.kind() == TimeKind::none && possible.fields > 0 &&
        possible.may_be(TimeKind::day_first)) {
      const char* begin = sample.records[std::min(first, sample.records.size() - 1)].at.p;
      for (const Record& record : last_records(begin, end, sample.fields, dialect)) {
        Possible more = possible;
        if (!is_missing(record.fields[j], dialect)) more.add(record.fields[j]);
        if (more.is_any()) possible = more;
      }
    }
    const auto clock = std::ranges::find_if(
        clocks, [&](const Clock& given) { return j < names.size() && given.column == names[j]; });
    TimeKind kind = possible.is_one_day() ? TimeKind::day_first : possible.kind();
    if (clock != clocks.end() && possible.fields > 0) {
      // As there, unless the file writes its times in another way that is clear.
      const auto theirs = static_cast<TimeKind>(clock->kind);
      if (possible.may_be(theirs)) kind = theirs;
    }
    if (kind == TimeKind::none) continue;
    times.resize(columns);
    times[j].kind = kind;
    times[j].first = possible.first;
    if (possible.is_order_from_course() && !possible.is_one_day())
      times[j].order = kind == TimeKind::day_first ? "day first" : "year first";
    if (is_date(kind)) {
      Moment moment;
      read_moment(possible.first, kind, moment);
      times[j].reference = moment.seconds;
    }
    if (clock == clocks.end()) continue;
    times[j].is_dated = clock->has_date;
    times[j].zero = clock->zero - static_cast<double>(times[j].reference);
    times[j].unit = clock->unit;
  }
  return times;
}

std::string_view open_order_of_date(std::string_view text) {
  Moment moment;
  const bool day = read_date(trimmed(text), TimeKind::day_first, moment);
  const bool month = read_date(trimmed(text), TimeKind::month_first, moment);
  const bool year = read_date(trimmed(text), TimeKind::short_year_first, moment);
  if (day + month + year < 2) return {};
  return day && month && year ? "year, day or month comes first"
         : day && month       ? "day or month comes first"
         : day                ? "year or day comes first"
                              : "year or month comes first";
}

}  // namespace nlsq::data
