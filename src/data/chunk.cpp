// SPDX-License-Identifier: MIT
// The loop over all fields of a text table. A plain number costs one call of fast_float and one
// look at the byte behind it; anything else (missing, quoted, Fortran, text) takes the slow path
// through read_field.
#include "data/chunk.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "data/number.hpp"

namespace nlsq::data {
namespace {

template <bool kBlanks>
class RowReader {
 public:
  RowReader(const Chunk& chunk, const Dialect& dialect, index_t columns, double* out,
            index_t stride, std::span<const std::uint8_t> as_text, const RowRules& rules)
      : p_(chunk.begin),
        end_(chunk.end),
        delimiter_(dialect.delimiter),
        decimal_(dialect.decimal),
        comment_sign_(dialect.comment.empty() ? '#' : dialect.comment[0]),
        columns_(columns),
        out_(out),
        stride_(stride),
        as_text_(as_text),
        dialect_(dialect),
        rules_(rules) {
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
    const char* start = p_;
    p_ = skip_blanks(p_, end_, delimiter_);
    if (p_ == end_) return false;
    if (!may_begin_gap(*p_)) return true;
    return find_row_behind_gap(start);
  }

  // NOTE: one comparison a row for the comments of the user; the sign is '#' if there are none.
  bool may_begin_gap(char c) const {
    return is_line_end(c) || c == '#' || c == comment_sign_ || (kBlanks && (c == '%' || c == '!'));
  }

  // Before the first row a gap separates nothing.
  [[gnu::noinline]] bool find_row_behind_gap(const char* start) {
    Cursor cursor{start, line_};
    Gap gap = skip_gap(cursor, end_, dialect_);
    p_ = skip_blanks(cursor.p, end_, delimiter_);
    line_ = cursor.line;
    if (p_ == end_) return false;
    if (result_.rows == 0 || !gap.has_blank) return true;
    if (!gap.separates && !stands_marker(cursor)) {
      if (result_.blank_lines++ == 0) result_.first_blank = gap.blank_line;
      return true;
    }
    if (!rules_.join) {
      result_.block_end = start;
      return false;
    }
    ++result_.joined;
    return pass_markers(cursor);
  }

  bool stands_marker(Cursor cursor) {
    Record record;
    return read_record(cursor, end_, dialect_, record) &&
           is_marker(record, dialect_, rules_.numeric);
  }

  // Past the header of another block and other lines without numbers.
  bool pass_markers(Cursor cursor) {
    Cursor next = cursor;
    Record record;
    while (read_record(next, end_, dialect_, record) &&
           is_marker(record, dialect_, rules_.numeric)) {
      const bool may_be_header = record.fields.size() == rules_.numeric.size();
      if (may_be_header && record.line != rules_.header && record.line != rules_.units) {
        result_.fault = ChunkResult::Fault::other_header;
        result_.fault_line = record.at.line;
        result_.fault_at = record.at.p;
        return false;
      }
      cursor = next;
    }
    skip_gap(cursor, end_, dialect_);
    p_ = skip_blanks(cursor.p, end_, delimiter_);
    line_ = cursor.line;
    return p_ != end_;
  }

  void note_line() {
    if (line_ - result_.rows == offset_) return;
    offset_ = line_ - result_.rows;
    result_.shifts.push_back({result_.rows, offset_});
  }

  void read_row() {
    double* out = out_ + result_.rows;
    row_line_ = line_;
    row_at_ = p_;
    for (index_t j = 0; j < columns_; ++j, out += stride_) {
      if (j > 0 && !next_field()) {
        if (!end_short(j, *out)) return;
        break;
      }
      if (keeps_text(j)) {
        if (!read_word(j, *out)) return;
      } else if (!read_number(*out) && !read_other(j, *out)) {
        return;
      }
    }
    if (!at_row_end() && !ends_in_delimiter()) return fail_ragged(columns_);
    if (p_ != end_) p_ = after_line_end(p_, end_);
    ++line_;
    ++result_.rows;
  }

  // A row that ends before its field j.
  [[gnu::noinline]] bool end_short(index_t j, double& value) {
    if (!rules_.optional_last || j + 1 < columns_) {
      fail_ragged(j);
      return false;
    }
    value = std::numeric_limits<double>::quiet_NaN();
    if (result_.short_row == nullptr) {
      result_.short_row = row_at_;
      result_.short_line = row_line_;
    }
    return true;
  }

  bool at_row_end() {
    if (kBlanks && p_ != end_ && *p_ == '#') p_ = find_line_end(p_, end_);
    return p_ == end_ || is_line_end(*p_);
  }

  // A delimiter too many at the end of a row is forgiven.
  [[gnu::noinline]] bool ends_in_delimiter() {
    if (kBlanks || rules_.optional_last) return false;
    const char* after = skip_blanks(p_ + 1, end_, delimiter_);
    if (after != end_ && !is_line_end(*after)) return false;
    p_ = after;
    return true;
  }

  // From behind a field to the start of the next one; false if the row ends here.
  bool next_field() {
    if (at_row_end()) return false;
    if (!kBlanks) p_ = skip_blanks(p_ + 1, end_, delimiter_);
    return true;
  }

  // The fast path: a number and nothing else up to the delimiter.
  bool read_number(double& value) {
    const char* stop = number_prefix(p_, end_, decimal_, value);
    if (stop == nullptr) return false;
    if (stop == end_ || *stop == delimiter_ || is_line_end(*stop)) {
      p_ = kBlanks ? skip_blanks(stop, end_, ' ') : stop;
      return true;
    }
    const char* next = skip_blanks(stop, end_, delimiter_);
    if (next == stop) return false;
    if (!kBlanks && next != end_ && *next != delimiter_ && !is_line_end(*next)) return false;
    p_ = next;
    return true;
  }

  bool keeps_text(index_t j) const {
    return !as_text_.empty() && as_text_[static_cast<std::size_t>(j)] != 0;
  }

  // False if a quote is not closed, or not followed by a delimiter.
  bool read_any(Field& field) {
    const char* start = p_;
    p_ = read_field(start, end_, delimiter_, buffer_, field);
    if (!field.closed || !field.sound) {
      result_.fault =
          field.closed ? ChunkResult::Fault::behind_quote : ChunkResult::Fault::unclosed_quote;
      result_.fault_line = line_;
      result_.fault_at = row_at_;
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
    if (words.size() > before) {
      const FieldKind kind = classify(field.text, dialect_, number);
      if (kind == FieldKind::text || kind == FieldKind::mark)
        note_text(sample_of(j), field.text, row_line_);
    }
    return true;
  }

  // False if the row is none, or at fault.
  [[gnu::noinline]] bool read_other(index_t j, double& value) {
    Field field;
    if (!read_any(field)) return false;
    if (!rules_.times.empty() &&
        read_time(field.text, rules_.times[static_cast<std::size_t>(j)], value))
      return true;
    // In a column of text marks are text, too.
    const bool is_text = !result_.text.empty() && sample_of(j).found;
    switch (is_text ? classify(field.text, decimal_, value)
                    : classify(field.text, dialect_, value)) {
      case FieldKind::number:
        if (field.text.back() == '%') note_percent(sample_of(j), field.text, row_line_);
        break;
      case FieldKind::missing: break;
      case FieldKind::mark: note_mark(sample_of(j), field.text, row_line_); break;
      case FieldKind::text:
        if (has_numbers(j) && pass_line()) return false;
        note_text(sample_of(j), field.text, row_line_);
    }
    return true;
  }

  bool has_numbers(index_t j) const {
    return static_cast<std::size_t>(j) < rules_.numeric.size() &&
           rules_.numeric[static_cast<std::size_t>(j)] != 0;
  }

  // Whether the line at hand is no row and says so: the names or the units again, or, between
  // blocks that are joined, one without numbers. It is left out then.
  bool pass_line() {
    const std::string_view line(row_at_,
                                static_cast<std::size_t>(find_line_end(row_at_, end_) - row_at_));
    const bool repeats = !line.empty() && (line == rules_.header || line == rules_.units);
    const bool is_between = rules_.join && stands_marker({row_at_, row_line_});
    if (!repeats && !is_between) return false;
    line_ = row_line_;
    if (is_between) {
      ++result_.joined;
      p_ = row_at_;
      pass_markers({row_at_, row_line_});
      return true;
    }
    ++result_.repeats;
    p_ = next_line(row_at_, end_);
    ++line_;
    return true;
  }

  TextSample& sample_of(index_t j) {
    if (result_.text.empty()) result_.text.resize(static_cast<std::size_t>(columns_));
    return result_.text[static_cast<std::size_t>(j)];
  }

  // A delimiter at the end of the row begins no field, as none is expected behind it either.
  [[gnu::noinline]] void fail_ragged(index_t fields) {
    if (pass_line()) return;
    Record record;
    Cursor cursor{row_at_, row_line_};
    if (read_record(cursor, end_, dialect_, record)) {
      fields = static_cast<index_t>(record.fields.size());
      if (!kBlanks && fields > 1 && record.fields.back().empty()) --fields;
    }
    result_.fault = ChunkResult::Fault::ragged;
    result_.fault_line = row_line_;
    result_.fault_at = row_at_;
    result_.fields_found = fields;
  }

  // What every field needs comes first.
  const char* p_;
  const char* end_;
  char delimiter_;
  char decimal_;
  char comment_sign_;
  index_t columns_;
  double* out_;
  index_t stride_;
  std::span<const std::uint8_t> as_text_;
  const char* row_at_ = nullptr;
  index_t line_ = 0;
  index_t row_line_ = 0;
  index_t offset_ = 0;
  ChunkResult result_;
  std::string buffer_;
  const Dialect& dialect_;
  RowRules rules_;
};

}  // namespace

ChunkResult read_chunk(const Chunk& chunk, const Dialect& dialect, index_t columns, double* out,
                       index_t stride, std::span<const std::uint8_t> as_text,
                       const RowRules& rules) {
  if (dialect.blanks())
    return RowReader<true>(chunk, dialect, columns, out, stride, as_text, rules).run();
  return RowReader<false>(chunk, dialect, columns, out, stride, as_text, rules).run();
}

}  // namespace nlsq::data
