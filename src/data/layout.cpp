// SPDX-License-Identifier: MIT
// Header rules: the first record is a row if its fields are numbers where those below are, whatever
// its other fields say; else a header, if the rows begin right below it. Else the # comment just
// before the first row is a header if it has exactly as many fields, none of them a number. What is
// neither is refused: see header_faults.cpp.
#include "data/layout.hpp"

#include <algorithm>
#include <cstddef>

#include "data/dialect.hpp"
#include "data/fault.hpp"
#include "data/form.hpp"
#include "data/header.hpp"
#include "data/header_faults.hpp"
#include "data/name_words.hpp"
#include "data/notation.hpp"
#include "data/number.hpp"
#include "data/sample.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

FieldKind kind_of(const std::string& field, const Dialect& dialect) {
  double value = 0;
  return classify(field, dialect, value);
}

void require_sound(const Record& record, const std::string& source) {
  if (!record.closed)
    throw DataError(source, record.at.line, "a quote (\") is opened here and never closed");
  if (!record.sound) throw DataError(source, record.at.line, kBehindQuote);
}

// NOTE: "1,5;2,5" read with a decimal point is text, but a row all the same: taken as a header it
// would hide the hint to --decimal behind an unknown name.
bool is_first_row(const Sample& sample, const ReadOptions& options) {
  if (options.melt && is_matrix(sample)) return false;
  const Record& first = sample.records.front();
  const auto is_no_name = [](const std::string& field) {
    double value = 0;
    return is_number_of_any_notation(field) || classify(field, '.', value) == FieldKind::missing;
  };
  if (std::all_of(first.fields.begin(), first.fields.end(), is_no_name)) return true;
  // A row alone is known by its number, once its columns have names.
  if (sample.records.size() == 1) return !options.columns.empty() && !is_all_text(first);
  if (sample.first_row == 0) return !counts_columns(sample);
  if (!sample.has_number(first)) return false;
  for (std::size_t j = 0; j < std::min(first.fields.size(), sample.numeric.size()); ++j) {
    const std::string& field = first.fields[j];
    if (sample.numeric[j] != 0 && !is_no_name(field) && !is_error_token(field)) return false;
  }
  return true;
}

void note_numbers_in_header(const Record& header, Layout& layout) {
  for (const std::string& field : header.fields) {
    if (kind_of(field, layout.dialect) != FieldKind::number) continue;
    layout.notes.push_back("line " + std::to_string(header.at.line) +
                           " is taken as the header although it holds the number " + field +
                           "; if it is data, name the columns in a header line above it");
    return;
  }
}

// Labels recur in a column of labels; a word that does not may have been a name.
void note_row_of_words(const Sample& sample, Layout& layout) {
  const Record& first = sample.records.front();
  for (std::size_t j = 0; j < first.fields.size(); ++j) {
    const std::string& word = first.fields[j];
    if (kind_of(word, layout.dialect) != FieldKind::text || is_number_of_any_notation(word) ||
        is_error_token(word) || form_of(word) != kWord)
      continue;
    const auto recurs = [&](const Record& record) {
      return &record != &first && j < record.fields.size() && record.fields[j] == word;
    };
    if (std::any_of(sample.records.begin(), sample.records.end(), recurs)) continue;
    layout.notes.push_back("line " + std::to_string(first.at.line) + " ('" + shortened(word) +
                           "', …) is taken as a row, not as names: it has numbers where the lines "
                           "below it have");
    return;
  }
}

// The header decides the number of fields; a delimiter too many at the end of it or of the rows is
// forgiven.
void use_header(const Sample& sample, const std::string& source, Layout& layout) {
  const Record& header = sample.records.front();
  if (sample.records.size() == 1) {
    throw DataError(
        source, header.at.line,
        "there is a header (" + listed(header.fields) + ") but no row of data below it");
  }
  const Record& row = sample.records[1];
  require_sound(row, source);
  if (!is_matrix(sample)) {
    check_header(sample, source);
    note_numbers_in_header(header, layout);
  }
  layout.has_header = true;
  layout.header = header.line;
  layout.reference_line = header.at.line;
  layout.header_line = header.at.line;
  layout.data = row.at;
  layout.names = header.fields;
  // A comment in some other language.
  std::string& first = layout.names.front();
  const std::size_t blank = first.find(' ');
  if (blank != std::string::npos && blank == first.find_first_not_of("#%!;/") &&
      begins_with_comment_sign(first, layout.dialect))
    first = without_sign(first, layout.dialect.delimiter);
  const std::size_t found = row.fields.size();
  if (layout.names.back().empty() && layout.names.size() == found + 1) layout.names.pop_back();
  if (layout.names.size() > 1 && layout.names.back().empty() && row.fields.back().empty()) {
    layout.names.pop_back();
  }
  layout.trailing_delimiter = found == layout.names.size() + 1 && row.fields.back().empty();
  layout.fields = static_cast<index_t>(layout.names.size()) + (layout.trailing_delimiter ? 1 : 0);
}

// Above the first row stand comments alone; the nearest may name the columns.
void use_first_row(const Cursor& start, const char* end, const Sample& sample, Layout& layout) {
  const Record& row = sample.records.front();
  const std::size_t found = row.fields.size();
  layout.data = row.at;
  layout.reference_line = row.at.line;
  layout.fields = static_cast<index_t>(found);
  layout.trailing_delimiter = found > 1 && row.fields.back().empty();
  NamesAbove above = find_names_above(start, row.at, end, found, layout.dialect);
  if (above.names.empty() && layout.trailing_delimiter)
    above = find_names_above(start, row.at, end, found - 1, layout.dialect);
  if (above.names.size() == found) layout.trailing_delimiter = false;
  note_row_of_words(sample, layout);
  if (above.names.empty()) return;
  layout.names = above.names;
  layout.units = above.units;
  std::string note = "the comment above the data names the columns: " + listed(layout.names);
  if (above.units_line > 0) note += "; line " + std::to_string(above.units_line) + " has the units";
  layout.notes.push_back(note);
}

// Single numbers with a comment above each, and a column of numbers below them: settings.
void refuse_settings(Cursor cursor, const char* end, const Sample& sample, const Dialect& dialect) {
  constexpr int kFewest = 2;
  if (sample.fields != 1) return;
  Record record;
  for (int i = 0; i <= kFewest; ++i) {
    Gap gap;
    if (!read_record(cursor, end, dialect, record, &gap)) return;
    if (i > 0 && gap.comment.empty()) return;
  }
  TableFault fault;
  fault.line = sample.records.front().at.line;
  fault.message = "comments stand between the first numbers, as above settings";
  fault.otherwise = "; leave the lines above the rows out with --skip N";
  throw fault;
}

// What the rows say of the columns.
void set_columns(const Sample& sample, const ReadOptions& options, const char* end,
                 Layout& layout) {
  layout.numeric = sample.numeric;
  layout.numeric.resize(static_cast<std::size_t>(layout.fields), 0);
  find_notation(sample, options, layout);
  layout.times = find_times(sample, static_cast<std::size_t>(layout.fields), layout.dialect, end,
                            layout.names, options.clocks);
}

}  // namespace

Cursor start_of(std::string_view text, const std::string& source, const ReadOptions& options) {
  const char* end = text.data() + text.size();
  Cursor cursor{text.data(), 1};
  for (; cursor.line <= options.skip; ++cursor.line) {
    if (cursor.p == end) {
      throw DataError(source, 0,
                      "skip is " + std::to_string(options.skip) + ", but the file has only " +
                          counted(cursor.line - 1, "line"));
    }
    cursor.p = next_line(cursor.p, end);
  }
  return cursor;
}

Dialect find_dialect(const Cursor& start, const char* end, const ReadOptions& options) {
  Dialect dialect;
  dialect.decimal = options.decimal != 0 ? options.decimal : '.';
  dialect.thousands = options.thousands;
  dialect.comment = options.comment;
  dialect.missing = options.missing_words;
  dialect.delimiter =
      options.delimiter != 0 ? options.delimiter : detect_delimiter(start, end, dialect);
  return dialect;
}

Layout find_layout(const Cursor& start, const char* end, const Dialect& dialect,
                   const std::string& source, const ReadOptions& options) {
  Layout layout;
  layout.dialect = dialect;
  const Sample sample = take_sample(start, end, dialect, options.skip_after_header);
  if (sample.records.empty())
    throw DataError(source, 0, "the file holds no data, only blank lines or comments");
  require_sound(sample.records.front(), source);
  if (!is_first_row(sample, options)) {
    use_header(sample, source, layout);
  } else {
    if (options.skip_after_header > 0) refuse_skip_behind_row(sample.records.front(), source);
    check_first_row(sample);
    refuse_settings(start, end, sample, dialect);
    use_first_row(start, end, sample, layout);
  }
  set_columns(sample, options, end, layout);
  return layout;
}

Layout layout_of(const Located& at, const ReadOptions& options) {
  Layout layout;
  layout.dialect = at.dialect;
  const Sample sample = take_sample(at.begin, at.end, at.dialect, 0);
  if (options.melt && is_matrix(sample)) {
    use_header(sample, "", layout);
    set_columns(sample, options, at.end, layout);
    return layout;
  }
  check_first_row(sample);
  const Record& row = sample.records.front();
  const std::size_t found = row.fields.size();
  layout.data = row.at;
  layout.reference_line = row.at.line;
  layout.fields = static_cast<index_t>(std::max(found, at.fields));
  layout.names = at.above.names;
  layout.trailing_delimiter =
      found > 1 && row.fields.back().empty() && layout.names.size() != found;
  layout.header_line = at.above.names_line;
  layout.has_header = !layout.names.empty() && !at.above.commented;
  layout.header = at.above.line;
  layout.units = at.above.units;
  layout.units_line = at.above.units_line;
  layout.units_text = at.above.units_text;
  layout.axis = at.above.axis;
  layout.axis_start = at.above.axis_start;
  layout.axis_step = at.above.axis_step;
  layout.optional_last = at.optional_last;
  if (at.optional_last)
    layout.notes.push_back(
        "rows that lack the last field, the others being in their places, have "
        "a missing value there");
  if (!at.others.empty()) layout.notes.push_back(at.others);
  set_columns(sample, options, at.end, layout);
  return layout;
}

}  // namespace nlsq::data
