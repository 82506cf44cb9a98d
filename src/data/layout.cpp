// SPDX-License-Identifier: MIT
// Header rules: the first row is a header if one of its fields is neither a number nor missing;
// else the # comment just before it is one if it has exactly as many fields, none of them a number.
#include "data/layout.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

#include "data/dialect.hpp"
#include "data/header.hpp"
#include "data/number.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

FieldKind kind_of(const std::string& field, char decimal) {
  double value = 0;
  return classify(field, decimal, value);
}

// NOTE: "1,5;2,5" read with a decimal point is text, but a row all the same: taken as a header it
// would hide the hint to --decimal behind an unknown name.
// Columns that the caller has named may be known to hold text; it makes no header then.
bool is_header(const Record& first, const ReadOptions& options) {
  const auto holds_text = [&](std::size_t j) {
    return j < options.columns.size() &&
           std::find(options.keep_text.begin(), options.keep_text.end(), options.columns[j]) !=
               options.keep_text.end();
  };
  for (std::size_t j = 0; j < first.fields.size(); ++j) {
    const std::string& field = first.fields[j];
    if (kind_of(field, options.decimal) == FieldKind::text && !is_decimal_comma(field) &&
        !holds_text(j)) {
      return true;
    }
  }
  return false;
}

Cursor skip_lines(std::string_view text, const std::string& source, index_t skip) {
  const char* end = text.data() + text.size();
  Cursor cursor{text.data(), 1};
  for (; cursor.line <= skip; ++cursor.line) {
    if (cursor.p == end) {
      throw DataError(source, 0,
                      "skip is " + std::to_string(skip) + ", but the file has only " +
                          counted(cursor.line - 1, "line"));
    }
    cursor.p = next_line(cursor.p, end);
  }
  return cursor;
}

void require_closed(const Record& record, const std::string& source) {
  if (!record.closed)
    throw DataError(source, record.at.line, "a quote (\") is opened here and never closed");
}

void note_numbers_in_header(const Record& header, char decimal, Layout& layout) {
  for (const std::string& field : header.fields) {
    if (kind_of(field, decimal) != FieldKind::number) continue;
    layout.notes.push_back("line " + std::to_string(header.at.line) +
                           " is taken as the header although it holds the number " + field +
                           "; if it is data, name the columns in a header line above it");
    return;
  }
}

// The header decides the number of fields; a delimiter too many at the end of it or of the rows is
// forgiven.
void use_header(Record header, Cursor cursor, const char* end, const std::string& source,
                Layout& layout) {
  Record row;
  if (!read_record(cursor, end, layout.dialect, row)) {
    throw DataError(
        source, header.at.line,
        "there is a header (" + listed(header.fields) + ") but no row of data below it");
  }
  require_closed(row, source);
  note_numbers_in_header(header, layout.dialect.decimal, layout);
  layout.has_header = true;
  layout.reference_line = header.at.line;
  layout.data = row.at;
  layout.names = std::move(header.fields);
  const std::size_t found = row.fields.size();
  if (layout.names.back().empty() && layout.names.size() == found + 1) layout.names.pop_back();
  if (layout.names.size() > 1 && layout.names.back().empty() && row.fields.back().empty()) {
    layout.names.pop_back();
  }
  layout.trailing_delimiter = found == layout.names.size() + 1 && row.fields.back().empty();
  layout.fields = static_cast<index_t>(layout.names.size()) + (layout.trailing_delimiter ? 1 : 0);
}

std::vector<std::string> comment_names(std::string_view comment, const Layout& layout,
                                       std::size_t size) {
  const std::size_t first = comment.find_first_not_of("# \t");
  if (first == std::string_view::npos) return {};
  const std::string_view text = comment.substr(first);
  std::vector<std::string> names = split_line(text, layout.dialect);
  if (names.size() != size && layout.dialect.delimiter == '\t') {
    names = split_line(text, {' ', layout.dialect.decimal});
  }
  const bool words = std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return kind_of(name, layout.dialect.decimal) == FieldKind::text;
  });
  return words && names.size() == size ? names : std::vector<std::string>{};
}

void use_first_row(const Record& row, std::string_view comment, Layout& layout) {
  const std::size_t found = row.fields.size();
  layout.data = row.at;
  layout.reference_line = row.at.line;
  layout.fields = static_cast<index_t>(found);
  layout.trailing_delimiter = found > 1 && row.fields.back().empty();
  layout.names = comment_names(comment, layout, found);
  if (layout.names.empty() && layout.trailing_delimiter) {
    layout.names = comment_names(comment, layout, found - 1);
  }
  if (layout.names.size() == found) layout.trailing_delimiter = false;
  if (layout.names.empty()) return;
  layout.notes.push_back("the comment above the data names the columns: " + listed(layout.names));
}

}  // namespace

Layout find_layout(std::string_view text, const std::string& source, const ReadOptions& options) {
  const char* end = text.data() + text.size();
  Cursor cursor = skip_lines(text, source, options.skip);
  Layout layout;
  layout.dialect.decimal = options.decimal;
  layout.dialect.delimiter =
      options.delimiter != 0 ? options.delimiter : detect_delimiter(cursor, end, options.decimal);
  Record first;
  std::string_view comment;
  if (!read_record(cursor, end, layout.dialect, first, &comment)) {
    throw DataError(source, 0, "the file holds no data, only blank lines or comments");
  }
  require_closed(first, source);
  if (is_header(first, options)) {
    use_header(std::move(first), cursor, end, source, layout);
  } else {
    use_first_row(first, comment, layout);
  }
  return layout;
}

void check_options(const ReadOptions& options) {
  if (options.decimal != '.' && options.decimal != ',') {
    throw InputError("decimal",
                     std::string("decimal is '") + options.decimal + "'; it must be '.' or ','");
  }
  if (options.skip < 0) {
    throw InputError("skip",
                     "skip is " + std::to_string(options.skip) + "; it must not be negative");
  }
  const char d = options.delimiter;
  if (d == 0) return;
  if (d == options.decimal) {
    throw InputError("delimiter",
                     std::string("'") + d + "' cannot be both the delimiter and the decimal mark");
  }
  const bool in_fields = std::isalnum(static_cast<unsigned char>(d)) != 0 ||
                         std::string_view("+-.\"#\r\n").find(d) != std::string_view::npos;
  if (in_fields) {
    throw InputError("delimiter",
                     "delimiter is " +
                         (is_line_end(d) ? "a line end" : std::string("'") + d + "'") +
                         "; it must be ',', ';', a tab, ' ' (any run of blanks) or another sign "
                         "that no number contains");
  }
}

}  // namespace nlsq::data
