// SPDX-License-Identifier: MIT
// A text that is read in pieces of whole lines, whatever its length: how it is laid out is read off
// its head as ever, and each piece is parsed by itself, on any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/chunk.hpp"
#include "data/reading.hpp"
#include "nlsq/table.hpp"

namespace nlsq::data {

class TextStream {
 public:
  /// `head` begins the text and ends behind a line; it outlives this. Throws DataError if it is no
  /// table, or has what only a whole text tells: times, blocks, columns to be melted.
  TextStream(std::string_view head, const std::string& source, const ReadOptions& options);

  /// The rows of the head.
  const Table& head() const { return head_; }
  Table take_head() { return std::move(head_); }
  /// Whether a column of the head holds times, which only the whole text makes numbers of.
  bool is_time(index_t column) const;
  /// The part of the head that holds rows: the first piece.
  std::string_view first_piece() const { return first_piece_; }
  /// Lines before the first piece.
  index_t first_line() const { return reading_->layout().data.line; }

  struct Piece {
    index_t lines = 0;
    index_t rows = 0;
    std::vector<double> values;  ///< field j of row i at j·stride + i
    index_t stride = 0;
    Chunk chunk;
    ChunkResult result;
    const double* column(index_t j) const { return values.data() + j * stride; }
    double* column(index_t j) { return values.data() + j * stride; }
  };
  /// Parses whole lines. What is wrong with them check() tells, once the lines before are known.
  void parse(std::string_view lines, Piece& piece) const;
  /// Throws DataError for what is wrong with a piece, whose first line is `line`, in these columns.
  void check(Piece& piece, index_t line, const std::vector<index_t>& columns) const;
  /// The field of a column of the head.
  index_t field(index_t column) const { return column + reading_->side(); }
  /// The line of a row of a piece whose first line is `line`.
  static index_t line_of(const Piece& piece, index_t row, index_t line);

 private:
  void refuse_what_is_whole() const;
  RowRules rules() const;

  std::string source_;
  ReadOptions options_;
  std::unique_ptr<Reading> reading_;
  Table head_;
  std::string_view first_piece_;
  std::vector<double> missing_;  // numbers that stand for a missing value
};

}  // namespace nlsq::data
