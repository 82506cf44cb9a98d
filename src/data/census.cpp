// SPDX-License-Identifier: MIT
// The counting pass, and where a text may be cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "data/chunk.hpp"
#include "data/number.hpp"

namespace nlsq::data {
namespace {

// At most 255, so that the counters of the vectorised loop fit in a byte.
constexpr std::ptrdiff_t kCensusBlock = 240;

void census_block(const char* p, std::ptrdiff_t n, Census& census) {
  std::uint8_t lines = 0;
  std::uint8_t quotes = 0;
  std::uint8_t nuls = 0;
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const bool lone_cr = (p[i] == '\r') & (p[i + 1] != '\n');
    lines = static_cast<std::uint8_t>(lines + ((p[i] == '\n') | lone_cr));
    quotes |= static_cast<std::uint8_t>(p[i] == '"');
    nuls |= static_cast<std::uint8_t>(p[i] == '\0');
  }
  census.lines += lines;
  census.has_quote |= quotes != 0;
  census.has_nul |= nuls != 0;
}

// From the start of a line to the next place between two rows. A text where every other line is
// blank has none, and is one chunk.
const char* next_seam(const char* p, const char* end, const Dialect& dialect) {
  const auto is_row = [&](const char* line) {
    const char* first = skip_blanks(line, end, dialect.delimiter);
    return first == end || (!is_line_end(*first) && !dialect.is_comment(first, end));
  };
  for (bool after_row = false; p != end; p = next_line(p, end)) {
    const bool row = is_row(p);
    if (row && after_row) return p;
    after_row = row;
  }
  return end;
}

}  // namespace

Census take_census(const char* begin, const char* end) {
  Census census;
  if (begin == end) return census;
  const char* last = end - 1;
  for (const char* p = begin; p < last; p += kCensusBlock) {
    census_block(p, std::min(kCensusBlock, last - p), census);
  }
  // The last byte has no neighbour to look at; if it is no line end, the line it is on still
  // counts.
  ++census.lines;
  census.has_quote |= *last == '"';
  census.has_nul |= *last == '\0';
  return census;
}

std::vector<Chunk> cut_chunks(const char* begin, const char* end, index_t pieces,
                              const Dialect& dialect) {
  std::vector<Chunk> chunks;
  const index_t size = end - begin;
  const char* from = begin;
  for (index_t i = 1; i <= pieces && from != end; ++i) {
    const char* at = begin + size / pieces * i;
    if (i < pieces && at <= from) continue;
    const char* to = i == pieces ? end : next_seam(next_line(at, end), end, dialect);
    chunks.push_back({from, to, {}, 0, 0});
    from = to;
  }
  return chunks;
}

bool is_marker(const Record& record, const Dialect& dialect,
               std::span<const std::uint8_t> numeric) {
  const std::size_t size = record.fields.size(), columns = numeric.size();
  bool has_number = false;
  bool has_text = false;
  bool has_number_in_place = false;
  bool is_misplaced = false;
  for (std::size_t j = 0; j < size; ++j) {
    double value = 0;
    const FieldKind kind = classify(record.fields[j], dialect, value);
    const bool in_place = j < columns && numeric[j] != 0;
    has_number |= kind == FieldKind::number;
    has_text |= kind == FieldKind::text;
    has_number_in_place |= kind == FieldKind::number && in_place;
    is_misplaced |= kind == FieldKind::text && in_place;
  }
  const bool is_sized = size == columns || (size == columns + 1 && record.fields.back().empty()) ||
                        (size + 1 == columns && numeric.back() == 0);
  if (is_sized) return is_misplaced && !has_number_in_place;
  return has_text && (!has_number || is_misplaced);
}

}  // namespace nlsq::data
