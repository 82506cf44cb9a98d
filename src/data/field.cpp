// SPDX-License-Identifier: MIT
// The unhurried reader of fields and records: it serves the layout, quoted fields and error
// messages. The loop over all rows is in chunk.cpp and comes here for fields that are no plain
// number.
#include "data/field.hpp"

#include <algorithm>
#include <cstddef>

namespace nlsq::data {
namespace {

bool ends_field(char c, char delimiter) {
  return is_line_end(c) || c == delimiter || (delimiter == ' ' && c == '\t');
}

const char* read_bare(const char* p, const char* end, char delimiter, Field& field) {
  const char* stop = std::find_if(p, end, [&](char c) { return ends_field(c, delimiter); });
  const char* last = stop;
  while (last != p && (last[-1] == ' ' || last[-1] == '\t')) --last;
  field.text = {p, static_cast<std::size_t>(last - p)};
  return skip_blanks(stop, end, delimiter);
}

// `p` stands behind the opening quote.
const char* read_quoted(const char* p, const char* end, char delimiter, std::string& buffer,
                        Field& field) {
  const char* close = std::find(p, end, '"');
  field.text = {p, static_cast<std::size_t>(close - p)};
  bool plain = true;
  while (close != end && close + 1 != end && close[1] == '"') {
    if (plain) buffer.assign(field.text);
    plain = false;
    const char* from = close + 1;
    close = std::find(from + 1, end, '"');
    buffer.append(from, close);
  }
  field.closed = close != end;
  if (!plain) field.text = buffer;
  if (!field.closed) return end;
  const char* after = skip_blanks(close + 1, end, delimiter);
  const bool separated = delimiter == ' ' && after != close + 1;
  if (separated || after == end || ends_field(*after, delimiter)) return after;
  field.sound = false;
  return std::find_if(after, end, [&](char c) { return ends_field(c, delimiter); });
}

}  // namespace

const char* find_line_end(const char* p, const char* end) {
  return std::find_if(p, end, is_line_end);
}

const char* next_line(const char* p, const char* end) {
  p = find_line_end(p, end);
  return p == end ? end : after_line_end(p, end);
}

index_t count_line_ends(const char* p, const char* end) {
  index_t count = 0;
  for (p = find_line_end(p, end); p != end; p = find_line_end(after_line_end(p, end), end)) ++count;
  return count;
}

const char* read_field(const char* p, const char* end, char delimiter, std::string& buffer,
                       Field& field) {
  field = Field{};
  if (p != end && *p == '"') {
    field.quoted = true;
    return read_quoted(p + 1, end, delimiter, buffer, field);
  }
  return read_bare(p, end, delimiter, field);
}

Gap skip_gap(Cursor& cursor, const char* end, const Dialect& dialect) {
  Gap gap;
  bool after_blank = false;
  for (;; ++cursor.line) {
    const char* p = skip_blanks(cursor.p, end, dialect.delimiter);
    if (p == end || (!is_line_end(*p) && !dialect.is_comment(p, end))) return gap;
    const bool is_blank = is_line_end(*p);
    const char* stop = find_line_end(p, end);
    if (is_blank ? after_blank : gap.has_blank) gap.separates = true;
    if (is_blank && !gap.has_blank) gap.blank_line = cursor.line;
    if (!is_blank) gap.comment = {p, static_cast<std::size_t>(stop - p)};
    gap.has_blank |= is_blank;
    after_blank = is_blank;
    cursor.p = stop == end ? end : after_line_end(stop, end);
  }
}

bool read_record(Cursor& cursor, const char* end, const Dialect& dialect, Record& record,
                 Gap* gap) {
  const Gap passed = skip_gap(cursor, end, dialect);
  if (gap != nullptr) *gap = passed;
  const char* p = skip_blanks(cursor.p, end, dialect.delimiter);
  if (p == end) {
    cursor.p = end;
    return false;
  }
  record = Record{cursor, {}, true, true, {}};
  record.line = {p, static_cast<std::size_t>(find_line_end(p, end) - p)};
  std::string buffer;
  for (bool more = true; more;) {
    Field field;
    p = skip_blanks(p, end, dialect.delimiter);
    p = read_field(p, end, dialect.delimiter, buffer, field);
    record.fields.emplace_back(field.text);
    record.closed = record.closed && field.closed;
    record.sound = record.sound && field.sound;
    if (dialect.blanks() && p != end && *p == '#') p = find_line_end(p, end);
    more = p != end && !is_line_end(*p);
    if (more && !dialect.blanks()) ++p;
  }
  p = p == end ? end : after_line_end(p, end);
  cursor.line += count_line_ends(cursor.p, p);
  cursor.p = p;
  return true;
}

std::vector<std::string> split_line(std::string_view line, const Dialect& dialect) {
  Record record;
  Cursor cursor{line.data(), 1};
  read_record(cursor, line.data() + line.size(), dialect, record);
  return std::move(record.fields);
}

std::string shortened(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::size_t size = std::min(text.size(), kMost);
  const bool cut = size < text.size();
  while (cut && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  std::string out(text.substr(0, size));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return cut ? out + "…" : out;
}

}  // namespace nlsq::data
