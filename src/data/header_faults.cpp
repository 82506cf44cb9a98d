// SPDX-License-Identifier: MIT
#include "data/header_faults.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "data/fault.hpp"
#include "data/form.hpp"
#include "data/header.hpp"
#include "data/look.hpp"
#include "data/number.hpp"
#include "data/units.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

constexpr std::size_t kMostUnitRows = 3;

std::string shown(const Record& record) {
  std::string out;
  for (const std::string& field : record.fields) {
    if (!field.empty()) out += (out.empty() ? "" : ", ") + field;
  }
  return "'" + shortened(out) + "'";
}

std::string line_number(const Record& record) { return std::to_string(record.at.line); }

// ERROR stands where a number belongs.
bool is_any_number(const Record& record) {
  return !is_all_text(record) ||
         std::any_of(record.fields.begin(), record.fields.end(), is_error_token);
}

bool is_names(const Sample& sample, const Record& record) {
  return is_all_text(record) && sample.has_usual_size(record) &&
         (sample.columns() < 2 || !is_title(record));
}

// Names plainly above numbers: what rows further down say does not matter.
bool is_plain_header(const Record& first, const Record& second) {
  const bool numbers = std::all_of(
      second.fields.begin(), second.fields.end(),
      [](const std::string& field) { return field.empty() || is_number_of_any_notation(field); });
  return numbers && is_any_number(second) && is_all_text(first) && !is_title(first) &&
         filled_size(first) == filled_size(second);
}

// As other programs write comments; names in brackets are none.
bool begins_as_comment(std::string_view line) {
  for (const char* mark : {";", "*", "//", "%", "!", "--", "/*"}) {
    if (line.starts_with(mark)) return true;
  }
  return false;
}

// The lines between the names and the rows hold no number.
[[noreturn]] void refuse_units(const Sample& sample) {
  const Record& names = sample.records.front();
  const Record& units = sample.records[1];
  const Record& row = sample.records[sample.first_row];
  const bool one = sample.first_row == 2;
  TableFault fault;
  fault.line = units.at.line;
  fault.message = shown(units) + (one ? "" : " and what follows") + " between the names (line " +
                  line_number(names) + ") and the numbers (line " + line_number(row) +
                  ") holds no number; if it is a row of units, leave it out";
  fault.lead = ": ";
  fault.fixes.push_back(skip_after_header_fix(row.at.line - names.at.line - 1));
  fault.fixes.push_back(skip_fix(sample.records[sample.first_row - 1].at.line - 1));
  throw fault;
}

[[noreturn]] void refuse_preamble(const Sample& sample) {
  const Record& first = sample.records.front();
  const std::size_t c = sample.first_row;
  const Record& row = sample.records[c];
  TableFault fault;
  fault.line = first.at.line;
  fault.message = shown(first) + " does not name the columns of the rows from line " +
                  line_number(row) + " on (" + shown(row) + ")";
  if (begins_with_sign(first.line)) fault.fixes.push_back(comment_fix(first.line));
  const bool has_names = c > 0 && is_names(sample, sample.records[c - 1]);
  const bool has_units = has_names && c > 1 && is_names(sample, sample.records[c - 2]);
  const auto lines_above = [&](std::size_t i) { return sample.records[i].at.line - 1; };
  if (has_units && c > 2) {
    Fix both = skip_fix(lines_above(c - 2));
    const index_t skip = lines_above(c - 2);
    const index_t units = row.at.line - sample.records[c - 2].at.line - 1;
    both.value += " --skip-after-header " + std::to_string(units);
    both.apply = [skip, units](ReadOptions& o) {
      o.skip = skip;
      o.skip_after_header = units;
    };
    fault.fixes.push_back(both);
  }
  if (has_names) fault.fixes.push_back(skip_fix(lines_above(c - 1)));
  fault.fixes.push_back(skip_fix(lines_above(c)));
  fault.otherwise = "; leave the lines above the names or the rows out with --skip N";
  throw fault;
}

[[noreturn]] void refuse_other_size(const Sample& sample) {
  const Record& first = sample.records.front();
  const Record& row = sample.records[sample.first_row];
  const std::size_t names = filled_size(first);
  TableFault fault;
  fault.line = row.at.line;
  fault.message = counted(static_cast<index_t>(sample.columns()), "field") + " found, " +
                  std::to_string(names) + " expected (as in the header, line " +
                  line_number(first) + ")";
  const index_t above = row.at.line - 1;
  if (names > sample.columns()) {
    const Fix columns = columns_fix(first.fields, sample.columns());
    Fix both = skip_fix(above);
    both.value += " " + columns.flag + " " + columns.value;
    both.apply = [above, columns](ReadOptions& o) {
      o.skip = above;
      columns.apply(o);
    };
    fault.fixes.push_back(both);
  }
  fault.fixes.push_back(skip_fix(above));
  throw fault;
}

// The numbers of a record behind its first field; none if one of them is text or missing.
std::vector<double> numbers_behind_corner(const Record& record) {
  std::vector<double> values;
  for (std::size_t j = 1; j < filled_size(record); ++j) {
    double value = 0;
    if (classify(record.fields[j], '.', value) != FieldKind::number) return {};
    values.push_back(value);
  }
  return values;
}

bool is_counting(const std::vector<double>& values) {
  if (values.size() < 2) return false;
  const double step = values[1] - values[0];
  if (step < 1 || (values.size() == 2 && step != 1)) return false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != std::floor(values[i])) return false;
    if (i > 0 && values[i] - values[i - 1] != step) return false;
  }
  return true;
}

bool has_fraction(const Record& record) {
  const std::vector<double> values = numbers_behind_corner(record);
  return std::any_of(values.begin(), values.end(), [](double v) { return v != std::floor(v); });
}

}  // namespace

bool counts_columns(const Sample& sample) {
  const auto& records = sample.records;
  const Record& first = records.front();
  if (records.size() < 2 || first.fields.front().empty() || sample.numeric.empty() ||
      sample.numeric.front() != 0)
    return false;
  const std::vector<double> values = numbers_behind_corner(first);
  if (!is_counting(values)) return false;
  const auto counts = [](const Record& r) { return is_counting(numbers_behind_corner(r)); };
  if (std::any_of(records.begin() + 1, records.end(), counts)) return false;
  // Two numbers in a row are no surprise among whole numbers.
  return values.size() > 2 || std::any_of(records.begin() + 1, records.end(), has_fraction);
}

void check_header(const Sample& sample, const std::string&) {
  const auto& records = sample.records;
  const Record& first = records.front();
  const std::size_t c = sample.first_row;
  if (c == 0 || c == records.size() || is_plain_header(first, records[1])) return;
  const auto above_rows = [&](auto&& holds) {
    return std::all_of(records.begin() + 1, records.begin() + static_cast<std::ptrdiff_t>(c),
                       holds);
  };
  // Rows without a number have text in columns of text alone.
  const auto may_be_row = [&](const Record& record) {
    return is_any_number(record) ||
           (sample.has_usual_size(record) && !sample.has_misplaced_text(record));
  };
  // Units below the names stand in columns of numbers alone, or are all there is in their line.
  const auto has_units = [&](const Record& record) {
    return !sample.has_number(record) && are_units(record.fields);
  };
  if (is_names(sample, first) && has_units(records[1]) && !begins_as_comment(first.line))
    refuse_units(sample);
  const bool has_numbers_only = above_rows(may_be_row);
  const bool is_sized = sample.has_usual_size(first);
  const bool is_headline = is_title(first) && sample.columns() > 1;
  if (has_numbers_only && is_sized && !is_headline) return;
  const auto could_be_units = [&](const Record& record) {
    return !is_any_number(record) && sample.has_usual_size(record);
  };
  if (is_names(sample, first) && !begins_as_comment(first.line) && c <= 1 + kMostUnitRows &&
      above_rows(could_be_units))
    refuse_units(sample);
  if (!has_numbers_only || is_headline || begins_as_comment(first.line) || first.fields.size() == 1)
    refuse_preamble(sample);
  refuse_other_size(sample);
}

bool is_matrix(const Sample& sample) {
  const auto& records = sample.records;
  const Record& first = records.front();
  if (records.size() < 2 || !first.fields.front().empty()) return false;
  const auto has_label = [](const Record& record) { return !record.fields.front().empty(); };
  return numbers_behind_corner(first).size() >= 2 &&
         std::all_of(records.begin() + 1, records.end(), has_label);
}

void check_first_row(const Sample& sample) {
  if (!is_matrix(sample)) return;
  const Record& first = sample.records.front();
  const std::size_t labels = numbers_behind_corner(first).size();
  TableFault fault;
  fault.line = first.at.line;
  fault.may_look = false;
  fault.message =
      "this looks like a matrix (a plate) with labels of rows and columns: an empty corner, then "
      "the numbers " +
      first.fields[1] + ", " + first.fields[2] + (labels > 2 ? ", …" : "") +
      "; --melt reads it as one value a row (row, column, y), for --by row. To use its columns as "
      "they are, leave this line out";
  fault.lead = ": ";
  fault.otherwise = fault.lead + "--skip " + line_number(first) + " --columns NAME,…";
  fault.fixes.push_back(skip_fix(first.at.line));
  throw fault;
}

void refuse_skip_behind_row(const Record& row, const std::string& source) {
  throw DataError(source, row.at.line,
                  "there is no header here behind which --skip-after-header could leave lines out; "
                  "use --skip");
}

}  // namespace nlsq::data
