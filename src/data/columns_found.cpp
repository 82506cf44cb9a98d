// SPDX-License-Identifier: MIT
#include "data/columns_found.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "data/number.hpp"
#include "data/units.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

constexpr double kDay = 86400;
constexpr double kLongSpan = 30 * kDay;

void make_text(TextSample& sample, index_t line, std::string text, index_t count) {
  sample.found = true;
  sample.line = sample.last_line = line;
  sample.text = std::move(text);
  sample.count = count;
}

bool is_text(const Table::Impl& table, std::size_t column) {
  return column < table.text.size() && table.text[column].found;
}

// Rows down to the last one in which a column holds something.
index_t filled_rows(const Table::Impl& table, std::size_t column) {
  const double* values = table.storage.column(static_cast<index_t>(column));
  index_t filled = table.rows;
  while (filled > 0 && std::isnan(values[filled - 1])) --filled;
  if (is_text(table, column)) {
    const index_t last = table.text[column].last_line;
    while (filled < table.rows && table.line(filled) <= last) ++filled;
  }
  return filled;
}

// A date for each time of day, or days counted where the times fall.
bool add_days(const std::vector<TimeColumn>& times, std::size_t column, Table::Impl& table) {
  double* values = table.storage.column(static_cast<index_t>(column));
  if (column > 0 && is_date(times[column - 1].kind) && !is_text(table, column - 1)) {
    const double* dates = table.storage.column(static_cast<index_t>(column) - 1);
    const auto is_whole = [](double v) { return std::isnan(v) || std::fmod(v, kDay) == 0; };
    if (std::all_of(dates, dates + table.rows, is_whole)) {
      for (index_t i = 0; i < table.rows; ++i) values[i] += dates[i];
      return true;
    }
  }
  const auto is_past_a_day = [](double v) { return v > kDay; };  // 24:00 ends a day
  if (std::any_of(values, values + table.rows, is_past_a_day)) return false;
  double days = 0, before = NAN;
  for (index_t i = 0; i < table.rows; ++i) {
    if (std::isnan(values[i])) continue;
    const double now = values[i];
    if (now < before - kDay / 2) days += kDay;
    before = now;
    values[i] += days;
  }
  return days > 0;
}

struct Unit {
  const char* name;
  const char* word;
  double seconds;
};

Unit unit_for(char wanted, double span) {
  switch (wanted) {
    case 's': return {"s", "seconds", 1};
    case 'm': return {"min", "minutes", 60};
    case 'h': return {"h", "hours", 3600};
    case 'd': return {"d", "days", kDay};
    default: break;
  }
  return span > kLongSpan ? Unit{"d", "days", kDay} : Unit{"s", "seconds", 1};
}

// From seconds since anything to units since the first value, which is told, or as a given clock
// counts; the unit.
Unit count_from_first(const TimeColumn& time, char wanted, double* values, index_t rows,
                      double& first) {
  first = NAN;
  double low = INFINITY, high = -INFINITY;
  for (index_t i = 0; i < rows; ++i) {
    if (std::isnan(values[i])) continue;
    if (std::isnan(first)) first = values[i];
    low = std::min(low, values[i]);
    high = std::max(high, values[i]);
  }
  const Unit unit = unit_for(time.unit != 0 ? time.unit : wanted, high - low);
  if (time.unit != 0) first = time.zero;
  for (index_t i = 0; i < rows; ++i) values[i] = (values[i] - first) / unit.seconds;
  return unit;
}

std::vector<double> as_numbers(const std::vector<std::string>& words) {
  std::vector<double> numbers;
  for (const std::string& word : words) {
    double value = 0;
    if (classify(word, '.', value) == FieldKind::number) numbers.push_back(value);
  }
  return numbers;
}

}  // namespace

void judge_columns(Table::Impl& table) {
  for (std::size_t j = 0; j < std::min(table.text.size(), table.names.size()); ++j) {
    TextSample& sample = table.text[j];
    if (sample.found || (sample.marks == 0 && sample.percents == 0)) continue;
    const double* values = table.storage.column(static_cast<index_t>(j));
    const index_t numbers =
        std::count_if(values, values + table.rows, [](double v) { return !std::isnan(v); });
    if (numbers == 0)
      make_text(sample, sample.mark_line, sample.mark, sample.marks);
    else if (sample.percents > 0 && sample.percents < numbers)
      make_text(sample, sample.percent_line, sample.percent, sample.percents);
    else if (sample.percents > 0)
      table.notes.push_back("the sign of percent behind the numbers of column '" + table.names[j] +
                            "' is left out: 50% is 50");
  }
}

std::size_t drop_side_columns(const std::vector<std::uint8_t>& numeric,
                              const std::vector<std::string>& names,
                              const std::vector<std::string>& first_row, index_t columns,
                              Table::Impl& table) {
  const auto count = static_cast<std::size_t>(columns);
  std::size_t side = 0;
  bool has_content = false;
  for (; side < std::min(count, numeric.size()) && numeric[side] == 0; ++side) {
    if (!names.empty() && (side > 0 || !names[0].empty())) break;
    if (side < table.kept.size() && !table.kept[side].codes.empty()) return 0;
    const bool has_marks = side < table.text.size() && table.text[side].marks > 0;
    const index_t filled = filled_rows(table, side);
    // NA in all rows is a column all the same.
    if (filled == 0 && (has_marks || side >= first_row.size() || !first_row[side].empty())) break;
    if (2 * filled > table.rows) break;
    has_content |= filled > 0;
  }
  if (side == 0 || side == count || (!names.empty() && has_content)) return 0;
  // Columns that hold numbers here and there are columns.
  constexpr index_t kFewest = 10;
  if (has_content && (!is_text(table, 0) || table.rows < kFewest)) return 0;
  for (std::size_t j = side; j < count; ++j) {
    const double* from = table.storage.column(static_cast<index_t>(j));
    std::copy_n(from, table.rows, table.storage.column(static_cast<index_t>(j - side)));
  }
  const auto erase = [&](auto& of_columns) {
    of_columns.erase(of_columns.begin(), of_columns.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                  side, of_columns.size())));
  };
  index_t last = 0;
  for (std::size_t j = 0; j < std::min(side, table.text.size()); ++j)
    last = std::max(last, table.text[j].last_line);
  erase(table.text);
  erase(table.kept);
  if (has_content) {
    table.notes.push_back(
        "what stands beside the first rows, down to line " + std::to_string(last) +
        ", is left out: " + (side == 1 ? "column 1" : "columns 1 to " + std::to_string(side)));
  }
  return side;
}

void finish_axis(NamesAbove::Axis axis, double start, double step, Table::Impl& table) {
  if (axis == NamesAbove::Axis::none) return;
  const bool is_added = axis == NamesAbove::Axis::added;
  const auto column = is_added ? static_cast<index_t>(table.names.size()) : 0;
  double* values = table.storage.column(column);
  for (index_t i = 0; i < table.rows; ++i)
    values[i] = start + step * (is_added ? static_cast<double>(i) : values[i]);
  if (is_added) {
    std::string name = "time";
    while (std::find(table.names.begin(), table.names.end(), name) != table.names.end())
      name += "_";
    table.names.push_back(name);
    if (!table.text.empty()) table.text.resize(table.names.size());
    if (!table.kept.empty()) table.kept.resize(table.names.size());
  }
  table.units.resize(table.names.size());
  table.units[static_cast<std::size_t>(column)] = "s";
  table.notes.push_back("'" + table.names[static_cast<std::size_t>(column)] +
                        "' is Start + Increment times the " +
                        (is_added ? "number of the row" : "number in its column") +
                        ", as the lines above the rows say");
}

void set_units(const std::vector<std::string>& units, Table::Impl& table) {
  if (units.empty()) return;
  for (const std::string& unit : units) table.units.push_back(bare_unit(unit));
  table.units.resize(table.names.size());
}

void finish_times(const std::vector<TimeColumn>& times, const ReadOptions& options,
                  Table::Impl& table) {
  // From the right, as a column of times may need the dates before it.
  std::string said;
  for (std::size_t j = std::min(times.size(), table.names.size()); j-- > 0;) {
    if (times[j].kind == TimeKind::none || is_text(table, j)) continue;
    if (j < table.kept.size() && !table.kept[j].codes.empty()) continue;
    const bool is_clock = times[j].kind == TimeKind::hours;
    const bool has_days = is_clock && add_days(times, j, table);
    const bool has_dates = has_days && j > 0 && is_date(times[j - 1].kind);
    double* values = table.storage.column(static_cast<index_t>(j));
    const bool is_dated = is_date(times[j].kind) || has_dates;
    const double dates_from = has_dates ? static_cast<double>(times[j - 1].reference) : 0.0;
    TimeColumn time = times[j];
    if (time.unit != 0 && time.is_dated != is_dated) {
      throw DataError(table.source, table.line(0),
                      "column '" + table.names[j] + "' holds " +
                          (is_dated ? "dates where the data have times without a date"
                                    : "times without a date where the data have dates"));
    }
    time.zero -= dates_from;
    double first = 0;
    const Unit unit = count_from_first(time, options.time_unit, values, table.rows, first);
    table.clocks.push_back({table.names[j], static_cast<std::uint8_t>(time.kind), is_dated,
                            static_cast<double>(time.reference) + dates_from + first,
                            unit.name[0]});
    table.units.resize(table.names.size());
    table.units[j] = unit.name;
    const std::string since =
        times[j].unit != 0
            ? " since the first of the data"
            : " since its first (" + shortened(times[j].first) +
                  (times[j].order.empty() ? "" : ", " + std::string(times[j].order)) + ")";
    const std::string one = "'" + table.names[j] + "' is read as " + unit.word + since +
                            (has_dates  ? ", with the dates of '" + table.names[j - 1] + "'"
                             : has_days ? ", on into the next day"
                                        : "");
    said = one + (said.empty() ? "" : "; " + said);
  }
  if (!said.empty()) table.notes.push_back(said);
}

void mark_words(const ReadOptions& options, Table::Impl& table) {
  const std::vector<double> numbers = as_numbers(options.missing_words);
  if (numbers.empty()) return;
  for (std::size_t j = 0; j < table.names.size(); ++j) {
    if (j < table.kept.size() && !table.kept[j].codes.empty()) continue;
    double* values = table.storage.column(static_cast<index_t>(j));
    for (index_t i = 0; i < table.rows; ++i) {
      if (std::find(numbers.begin(), numbers.end(), values[i]) != numbers.end())
        values[i] = marked_missing();
    }
  }
}

}  // namespace nlsq::data
