// SPDX-License-Identifier: MIT
// The loop over all fields of a text table. A plain number costs one call of fast_float and one
// look at the byte behind it; anything else (missing, quoted, Fortran, text) takes the slow path
// through read_field.
#include "data/chunk.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

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

template <bool kBlanks>
class RowReader {
 public:
  RowReader(const Chunk& chunk, const Dialect& dialect, index_t columns, double* out,
            index_t stride, std::span<const std::uint8_t> as_text)
      : p_(chunk.begin),
        end_(chunk.end),
        dialect_(dialect),
        columns_(columns),
        out_(out),
        stride_(stride),
        as_text_(as_text) {
    if (!as_text.empty()) result_.words.resize(as_text.size());
  }

  ChunkResult run() {
    while (result_.fault == ChunkResult::Fault::none && find_row()) {
      note_line();
      read_row();
    }
    return std::move(result_);
  }

 private:
  // Moves past blank lines and comments to the first field of a row; false at the end.
  bool find_row() {
    for (;; ++line_) {
      p_ = skip_blanks(p_, end_, dialect_.delimiter);
      if (p_ == end_) return false;
      if (!is_line_end(*p_) && !dialect_.is_comment(*p_)) return true;
      p_ = next_line(p_, end_);
    }
  }

  void note_line() {
    if (line_ - result_.rows == offset_) return;
    offset_ = line_ - result_.rows;
    result_.shifts.push_back({result_.rows, offset_});
  }

  void read_row() {
    double* out = out_ + result_.rows;
    row_line_ = line_;
    for (index_t j = 0; j < columns_; ++j, out += stride_) {
      if (j > 0 && !next_field()) return fail_ragged(j);
      if (keeps_text(j)) {
        if (!read_word(j, *out)) return;
      } else if (!read_number(*out) && !read_other(j, *out)) {
        return;
      }
    }
    if (!at_row_end()) return fail_ragged(columns_);
    if (p_ != end_) p_ = after_line_end(p_, end_);
    ++line_;
    ++result_.rows;
  }

  bool at_row_end() {
    if (kBlanks && p_ != end_ && *p_ == '#') p_ = find_line_end(p_, end_);
    return p_ == end_ || is_line_end(*p_);
  }

  // From behind a field to the start of the next one; false if the row ends here.
  bool next_field() {
    if (at_row_end()) return false;
    if (!kBlanks) p_ = skip_blanks(p_ + 1, end_, dialect_.delimiter);
    return true;
  }

  // The fast path: a number and nothing else up to the delimiter.
  bool read_number(double& value) {
    const char* stop = number_prefix(p_, end_, dialect_.decimal, value);
    if (stop == nullptr) return false;
    if (stop == end_ || *stop == dialect_.delimiter || is_line_end(*stop)) {
      p_ = kBlanks ? skip_blanks(stop, end_, ' ') : stop;
      return true;
    }
    const char* next = skip_blanks(stop, end_, dialect_.delimiter);
    if (next == stop) return false;
    if (!kBlanks && next != end_ && *next != dialect_.delimiter && !is_line_end(*next))
      return false;
    p_ = next;
    return true;
  }

  bool keeps_text(index_t j) const {
    return !as_text_.empty() && as_text_[static_cast<std::size_t>(j)] != 0;
  }

  // False if a quote is not closed.
  bool read_any(Field& field) {
    const char* start = p_;
    p_ = read_field(start, end_, dialect_.delimiter, buffer_, field);
    if (!field.closed) {
      result_.fault = ChunkResult::Fault::unclosed_quote;
      result_.fault_line = line_;
      return false;
    }
    if (field.quoted) line_ += count_line_ends(start, p_);
    return true;
  }

  bool read_word(index_t j, double& value) {
    Field field;
    if (!read_any(field)) return false;
    Words& words = result_.words[static_cast<std::size_t>(j)];
    const std::size_t before = words.size();
    value = static_cast<double>(words.code(field.text));
    double number = 0;
    if (words.size() > before &&
        classify(field.text, dialect_.decimal, number) == FieldKind::text) {
      note_text(j, field.text);
    }
    return true;
  }

  bool read_other(index_t j, double& value) {
    Field field;
    if (!read_any(field)) return false;
    if (classify(field.text, dialect_.decimal, value) == FieldKind::text) note_text(j, field.text);
    return true;
  }

  void note_text(index_t j, std::string_view text) {
    if (result_.text.empty()) result_.text.resize(static_cast<std::size_t>(columns_));
    TextSample& sample = result_.text[static_cast<std::size_t>(j)];
    if (!sample.found) sample = {true, row_line_, shortened(text)};
  }

  void fail_ragged(index_t fields) {
    Field field;
    while (!at_row_end()) {
      next_field();
      p_ = read_field(p_, end_, dialect_.delimiter, buffer_, field);
      ++fields;
    }
    result_.fault = ChunkResult::Fault::ragged;
    result_.fault_line = row_line_;
    result_.fields_found = fields;
  }

  const char* p_;
  const char* end_;
  Dialect dialect_;
  index_t columns_;
  double* out_;
  index_t stride_;
  std::span<const std::uint8_t> as_text_;
  index_t line_ = 0;
  index_t row_line_ = 0;
  index_t offset_ = 0;
  std::string buffer_;
  ChunkResult result_;
};

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

ChunkResult read_chunk(const Chunk& chunk, const Dialect& dialect, index_t columns, double* out,
                       index_t stride, std::span<const std::uint8_t> as_text) {
  if (dialect.blanks()) return RowReader<true>(chunk, dialect, columns, out, stride, as_text).run();
  return RowReader<false>(chunk, dialect, columns, out, stride, as_text).run();
}

std::vector<Chunk> cut_chunks(const char* begin, const char* end, index_t pieces) {
  std::vector<Chunk> chunks;
  const index_t size = end - begin;
  const char* from = begin;
  for (index_t i = 1; i <= pieces && from != end; ++i) {
    const char* at = begin + size / pieces * i;
    if (i < pieces && at <= from) continue;
    const char* to = i == pieces ? end : next_line(at, end);
    chunks.push_back({from, to, {}, 0, 0});
    from = to;
  }
  return chunks;
}

}  // namespace nlsq::data
