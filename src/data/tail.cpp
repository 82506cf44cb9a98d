// SPDX-License-Identifier: MIT
#include "data/tail.hpp"

#include <algorithm>
#include <cstddef>

#include "data/chunk.hpp"
#include "data/look.hpp"
#include "data/number.hpp"
#include "data/runs.hpp"
#include "data/sample.hpp"
#include "data/total.hpp"

namespace nlsq::data {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Numbers where the table has them, or missing values; at least one number.
bool is_row(const Record& record, const Layout& layout) {
  const std::size_t size = filled_size(record);
  const auto fields = z(layout.fields - (layout.trailing_delimiter ? 1 : 0));
  if (size != fields && record.fields.size() != fields) return false;
  bool has_number = false;
  for (std::size_t j = 0; j < std::min(record.fields.size(), layout.numeric.size()); ++j) {
    double value = 0;
    if (layout.numeric[j] == 0) continue;
    const FieldKind kind = classify(record.fields[j], layout.dialect, value);
    if (kind == FieldKind::text) return false;
    has_number |= kind == FieldKind::number;
  }
  return has_number;
}

// A run of other rows that is no footnote beside the table.
bool is_large(const Run& run, index_t rows, const Layout& layout) {
  return 2 * run.rows * static_cast<index_t>(run.values) >= rows * layout.fields;
}

// Text where the table has numbers, and either no number there or a word for a sum.
bool is_no_row(const Record& record, const Layout& layout) {
  if (is_marker(record, layout.dialect, layout.numeric)) return true;
  bool has_word = false;
  for (std::size_t j = 0; j < std::min(record.fields.size(), layout.numeric.size()); ++j)
    has_word |= layout.numeric[j] != 0 && is_word_for_total(record.fields[j]);
  return has_word;
}

bool are_no_rows(Cursor cursor, const Layout& layout, const char* end) {
  Record record;
  while (read_record(cursor, end, layout.dialect, record)) {
    if (!is_no_row(record, layout)) return false;
  }
  return true;
}

// Whether the lines from `begin` on are remarks below a table of `rows` rows.
bool is_tail(const Cursor& begin, index_t rows, const Layout& layout, const char* end) {
  Record record;
  Cursor cursor = begin;
  if (!read_record(cursor, end, layout.dialect, record) || is_all_numbers(record)) return false;
  cursor = begin;
  while (read_record(cursor, end, layout.dialect, record)) {
    if (!record.closed || !record.sound || is_row(record, layout)) return false;
    if (layout.dialect.blanks() && has_touching_numbers(record.line)) return false;
  }
  for (const Run& run : find_runs(begin, end, end, layout.dialect)) {
    if (run.rows > 1 && is_large(run, rows, layout)) return false;
  }
  return true;
}

// The start of line `line`, where there are `lines` lines from layout.data to `end`.
Cursor find_line(const Layout& layout, const char* end, index_t lines, index_t line) {
  Cursor cursor = layout.data;
  const index_t below = layout.data.line + lines - line;
  if (lines == 0 || 2 * below > lines) {
    skip_lines(cursor, end, line - cursor.line);
    return cursor;
  }
  const char* p = end;
  for (index_t i = 0; i < below && p != layout.data.p; ++i) {
    --p;
    if (*p == '\n' && p != layout.data.p && p[-1] == '\r') --p;
    if (!is_line_end(*p)) ++p;
    while (p != layout.data.p && !is_line_end(p[-1])) --p;
  }
  return {p, line};
}

// The first row whose line is `line` or below.
index_t row_at(const Table::Impl& table, index_t line) {
  index_t low = 0, high = table.rows;
  while (low < high) {
    const index_t middle = low + (high - low) / 2;
    if (table.line(middle) < line)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

void drop_rows(Table::Impl& table, index_t rows, index_t line) {
  table.rows = rows;
  for (std::size_t j = 0; j < table.text.size(); ++j) {
    TextSample& sample = table.text[j];
    // Text that is kept stays text, whatever is left of it.
    const bool is_kept = j < table.kept.size() && !table.kept[j].codes.empty();
    if (sample.found && !is_kept && sample.line >= line) sample.found = false;
    if (sample.marks > 0 && sample.mark_line >= line) sample.marks = 0;
    if (sample.percents > 0 && sample.percent_line >= line) sample.percents = 0;
  }
  for (Table::Impl::Kept& kept : table.kept) {
    if (!kept.codes.empty()) kept.codes.resize(z(rows));
  }
}

}  // namespace

const char* end_at_tail(Pieces& pieces, const Layout& layout, const char* end) {
  index_t rows = 0;
  for (std::size_t i = 0; i < pieces.results.size(); ++i) {
    ChunkResult& result = pieces.results[i];
    rows += result.rows;
    if (result.fault == ChunkResult::Fault::none) continue;
    if (result.fault != ChunkResult::Fault::ragged || rows == 0) return nullptr;
    const Cursor at{result.fault_at,
                    layout.data.line + pieces.chunks[i].first_line + result.fault_line};
    if (!is_tail(at, rows, layout, end)) return nullptr;
    result.fault = ChunkResult::Fault::none;
    const char* tail = result.fault_at;
    pieces.chunks.resize(i + 1);
    pieces.results.resize(i + 1);
    return tail;
  }
  return nullptr;
}

const char* drop_tail(Table::Impl& table, const Layout& layout, const char* end, index_t lines) {
  constexpr index_t kMostRows = 1000;
  index_t line = 0;
  for (std::size_t j = 0; j < std::min(table.text.size(), layout.numeric.size()); ++j) {
    const TextSample& sample = table.text[j];
    const bool is_kept = j < table.kept.size() && !table.kept[j].codes.empty();
    if (layout.numeric[j] == 0 || !sample.found || is_kept) continue;
    line = line == 0 ? sample.line : std::min(line, sample.line);
  }
  if (line == 0) return nullptr;
  const index_t row = row_at(table, line);
  if (row == 0 || table.rows - row > std::min(kMostRows, row)) return nullptr;
  const Cursor at = find_line(layout, end, lines, line);
  if (!are_no_rows(at, layout, end) || !is_tail(at, row, layout, end)) return nullptr;
  drop_rows(table, row, line);
  return at.p;
}

index_t count_lines(const char* begin, const char* end, const Dialect& dialect) {
  index_t count = 0;
  for (const char* p = begin; p < end; p = next_line(p, end)) {
    const char* first = skip_blanks(p, end, dialect.delimiter);
    if (first != end && !is_line_end(*first) && !dialect.is_comment(first, end)) ++count;
  }
  return count;
}

}  // namespace nlsq::data
