// SPDX-License-Identifier: MIT
#include "data/text_stream.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "data/fault.hpp"
#include "data/row_faults.hpp"
#include "data/text_reader.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

constexpr index_t kOnePiece = index_t{1} << 40;  // the head is parsed as one

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

std::string_view without_mark(std::string_view bytes) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return bytes.starts_with(kMark) ? bytes.substr(kMark.size()) : bytes;
}

std::vector<double> numbers_among(const std::vector<std::string>& words) {
  std::vector<double> numbers;
  for (const std::string& word : words) {
    double number = 0.0;
    const auto end = std::from_chars(word.data(), word.data() + word.size(), number);
    if (end.ec == std::errc() && end.ptr == word.data() + word.size()) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

TextStream::TextStream(std::string_view head, const std::string& source, const ReadOptions& options)
    : source_(source), options_(options), missing_(numbers_among(options.missing_words)) {
  options_.threads = 1;
  if (options_.melt || options_.block != 0 || options_.last_line > 0 ||
      options_.last_row_line > 0) {
    throw DataError(source, 0,
                    "a part of a text (its last line, a block) or a matrix of labels is read into "
                    "memory alone: leave these options out, or give more memory");
  }
  const std::string_view text = without_mark(head);
  const auto read = [&](const auto& find) {
    reading_ = std::make_unique<Reading>(text, source_, options_);
    if (!find(*reading_)) return false;
    head_ = Table(reading_->run(kOnePiece));
    return true;
  };
  bool is_read = false;
  try {
    is_read = read([](Reading& reading) { return reading.take_as_it_stands(), true; });
  } catch (const TableFault&) {
    try {
      is_read = read([](Reading& reading) { return reading.locate(false); });
    } catch (const TableFault&) {  // said below
    }
  }
  if (!is_read) {
    read_text(head, source_, options_, kOnePiece);  // says why
    throw DataError(source, 0, "no rows of numbers are found at its beginning");
  }
  refuse_what_is_whole();
  const char* const begin = reading_->layout().data.p;
  first_piece_ = {begin, static_cast<std::size_t>(text.data() + text.size() - begin)};
}

void TextStream::refuse_what_is_whole() const {
  if (reading_->layout().axis != NamesAbove::Axis::none) {
    throw DataError(source_, 0,
                    "an axis that is given by its start and step is made in memory alone; give "
                    "more memory");
  }
}

bool TextStream::is_time(index_t column) const {
  const std::vector<TimeColumn>& times = reading_->layout().times;
  const std::size_t at = z(field(column));
  return at < times.size() && times[at].kind != TimeKind::none;
}

RowRules TextStream::rules() const {
  const Layout& layout = reading_->layout();
  RowRules rules;
  rules.optional_last = layout.trailing_delimiter || layout.optional_last;
  rules.header = layout.header;
  rules.units = layout.units_text;
  rules.numeric = layout.numeric;
  return rules;
}

void TextStream::parse(std::string_view lines, Piece& piece) const {
  const Layout& layout = reading_->layout();
  const char* const end = lines.data() + lines.size();
  piece.chunk = {lines.data(), end, take_census(lines.data(), end), 0, 0};
  piece.lines = piece.chunk.census.lines;
  piece.stride = piece.lines + 1;
  const std::size_t room = z(piece.stride * layout.fields);
  if (piece.values.size() < room) piece.values.resize(room);
  piece.result = read_chunk(piece.chunk, layout.dialect, layout.fields, piece.values.data(),
                            piece.stride, {}, rules());
  piece.rows = piece.result.rows;
  for (const double missing : missing_) {
    std::replace(piece.values.begin(), piece.values.begin() + static_cast<std::ptrdiff_t>(room),
                 missing, marked_missing());
  }
}

index_t TextStream::line_of(const Piece& piece, index_t row, index_t line) {
  const auto& shifts = piece.result.shifts;
  const auto after =
      std::upper_bound(shifts.begin(), shifts.end(), row,
                       [](index_t r, const LineShift& shift) { return r < shift.row; });
  return line + row + (after == shifts.begin() ? 0 : std::prev(after)->offset);
}

void TextStream::check(Piece& piece, index_t line, const std::vector<index_t>& columns) const {
  const Layout& layout = reading_->layout();
  if (piece.chunk.census.has_nul)
    throw DataError(source_, line, "this text has a NUL byte behind this line");
  piece.chunk.first_line = line - layout.data.line;
  const char* const end = piece.chunk.end;
  if (piece.result.fault != ChunkResult::Fault::none) {
    Pieces pieces;
    pieces.chunks.push_back(piece.chunk);
    pieces.results.push_back(std::move(piece.result));
    try {
      check_faults(pieces, layout, source_, end);
    } catch (const TableFault& fault) {
      throw DataError(source_, fault.line, fault.message + fault.otherwise);
    }
  }
  if (piece.result.block_end != nullptr) {
    throw DataError(source_, line_of(piece, std::max<index_t>(piece.rows - 1, 0), line),
                    "behind this line another block of rows may begin; a text of several blocks is "
                    "read into memory alone");
  }
  for (const index_t column : columns) {
    const std::size_t at = z(field(column));
    if (at >= piece.result.text.size() || !piece.result.text[at].found) continue;
    throw DataError(source_, line + piece.result.text[at].line,
                    "column '" + head_.names()[z(column)] + "' holds the text '" +
                        piece.result.text[at].text + "' here");
  }
}

}  // namespace nlsq::data
