// SPDX-License-Identifier: MIT
#include "data/row_faults.hpp"
#include "data/number.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "data/fault.hpp"
#include "data/header.hpp"
#include "data/header_faults.hpp"
#include "data/number.hpp"
#include "data/sample.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

bool rows_follow(Cursor cursor, const Layout& layout, const char* end) {
  constexpr int kLook = 20;
  Record record;
  for (int i = 0; i < kLook && read_record(cursor, end, layout.dialect, record); ++i) {
    if (!is_marker(record, layout.dialect, layout.numeric)) return true;
  }
  return false;
}

// What may help a line that is no row: it is a comment, the rows end before it, or, near the top,
// begin behind it.
std::vector<Fix> fixes_of(const ChunkResult& result, index_t line, const Layout& layout,
                          const char* end) {
  std::vector<Fix> fixes;
  Record record;
  Cursor at{result.fault_at, line};
  if (result.fault_at == nullptr || !read_record(at, end, layout.dialect, record)) return fixes;
  if (is_marker(record, layout.dialect, layout.numeric))
    fixes = fixes_of_marker(record, line, at, layout, end);
  if (result.rows == 1 && !layout.has_header) fixes.push_back(skip_fix(line - 1));
  return fixes;
}

[[noreturn]] void raise_fault(const ChunkResult& result, index_t line, const Layout& layout,
                              const std::string& source, const char* end) {
  using Fault = ChunkResult::Fault;
  if (result.fault == Fault::unclosed_quote)
    throw DataError(source, line, "a quote (\") is opened here and never closed");
  if (result.fault == Fault::behind_quote) throw DataError(source, line, kBehindQuote);
  if (result.fault == Fault::other_header) {
    throw DataError(source, line,
                    "the names of this block differ from those of the first (line " +
                        std::to_string(layout.reference_line) +
                        "), so the blocks are no one table; read one with --block K");
  }
  const std::string_view text =
      result.fault_at == nullptr
          ? ""
          : std::string_view(
                result.fault_at,
                static_cast<std::size_t>(find_line_end(result.fault_at, end) - result.fault_at));
  if (layout.dialect.blanks() && has_touching_numbers(text)) {
    throw DataError(source, line,
                    "two numbers touch in '" + shortened(std::string(text)) +
                        "': write a blank between the columns, or export the table with commas");
  }
  const index_t expected = layout.fields - (layout.trailing_delimiter ? 1 : 0);
  TableFault fault;
  fault.line = line;
  fault.message = counted(result.fields_found, "field") + " found, " + std::to_string(expected) +
                  " expected (as in " + (layout.has_header ? "the header, line " : "line ") +
                  std::to_string(layout.reference_line) + ")";
  fault.fixes = fixes_of(result, line, layout, end);
  if (layout.dialect.blanks() && fault.fixes.size() < 2) {
    fault.otherwise =
        "; between blanks a field cannot be empty: write NA where a value is missing, or export "
        "the table with commas";
  }
  throw fault;
}

// Where the last column turns out to be one, each row must have it.
void refuse_short_rows(const Pieces& pieces, const Layout& layout, const std::string& source,
                       index_t filled_line) {
  for (std::size_t i = 0; i < pieces.chunks.size(); ++i) {
    const ChunkResult& result = pieces.results[i];
    if (result.short_row == nullptr) continue;
    throw DataError(source, layout.data.line + pieces.chunks[i].first_line + result.short_line,
                    counted(layout.fields - 1, "field") + " found, " +
                        std::to_string(layout.fields) + " expected (as in line " +
                        std::to_string(filled_line) + ")");
  }
}

// The first line on which a column holds something; 0 if on none.
index_t first_filled_line(const Table::Impl& table, index_t column) {
  if (!table.kept.empty() && !table.kept[static_cast<std::size_t>(column)].codes.empty()) {
    const Table::Impl::Kept& kept = table.kept[static_cast<std::size_t>(column)];
    const auto filled = std::find_if(kept.codes.begin(), kept.codes.end(), [&](std::int32_t code) {
      return !kept.words[static_cast<std::size_t>(code)].empty();
    });
    return filled == kept.codes.end() ? 0 : table.line(filled - kept.codes.begin());
  }
  const double* values = table.storage.column(column);
  const double* filled =
      std::find_if(values, values + table.rows, [](double v) { return !std::isnan(v); });
  const index_t number = filled == values + table.rows ? 0 : table.line(filled - values);
  const index_t text = table.text.empty() ? 0 : table.text[static_cast<std::size_t>(column)].line;
  return number > 0 && text > 0 ? std::min(number, text) : std::max(number, text);
}

}  // namespace

std::vector<Fix> fixes_of_marker(const Record& marker, index_t line, const Cursor& behind,
                                 const Layout& layout, const char* end) {
  std::vector<Fix> fixes{lines_fix(line - 1)};
  const bool is_comment = begins_with_sign(marker.line) || rows_follow(behind, layout, end);
  fixes.insert(is_comment ? fixes.begin() : fixes.end(), comment_fix(marker.line));
  return fixes;
}

void check_faults(const Pieces& pieces, const Layout& layout, const std::string& source,
                  const char* end) {
  for (std::size_t i = 0; i < pieces.chunks.size(); ++i) {
    const ChunkResult& result = pieces.results[i];
    if (result.fault == ChunkResult::Fault::none) continue;
    raise_fault(result, layout.data.line + pieces.chunks[i].first_line + result.fault_line, layout,
                source, end);
  }
}

index_t drop_trailing(const Pieces& pieces, const Layout& layout, const char* end,
                      const Table::Impl& table) {
  if (!layout.trailing_delimiter) return layout.fields;
  index_t line = first_filled_line(table, layout.fields - 1);
  // A mark such as ND is a field that somebody filled, too.
  const auto last = static_cast<std::size_t>(layout.fields - 1);
  if (line == 0 && last < table.text.size() && table.text[last].marks > 0)
    line = table.text[last].mark_line;
  if (line > 0 && layout.has_header) {
    ChunkResult ragged;
    ragged.fields_found = layout.fields;
    raise_fault(ragged, line, layout, table.source, end);
  }
  if (line > 0) refuse_short_rows(pieces, layout, table.source, line);
  return line > 0 ? layout.fields : layout.fields - 1;
}

void require_numbers(const Table::Impl& table, const Layout& layout, const Cursor& start,
                     const char* end) {
  if (table.rows < 2) throw DataError(table.source, 0, "no table is left");
  for (std::size_t j = 0; j < std::min(table.text.size(), layout.numeric.size()); ++j) {
    if (!table.text[j].found || layout.numeric[j] == 0) continue;
    TableFault fault;
    fault.line = table.text[j].line;
    Cursor at = start;
    skip_lines(at, end, fault.line - at.line);
    Record record;
    if (read_record(at, end, layout.dialect, record))
      fault.fixes = fixes_of_marker(record, fault.line, at, layout, end);
    throw fault;
  }
}

void refuse_nul(std::string_view text, const std::string& source, index_t first_line) {
  const void* at = std::memchr(text.data(), '\0', text.size());
  if (at == nullptr) return;
  const index_t line = first_line + count_line_ends(text.data(), static_cast<const char*>(at));
  throw DataError(source, line,
                  "a NUL byte: this is a binary file, not a table in text; export it as CSV");
}

}  // namespace nlsq::data
