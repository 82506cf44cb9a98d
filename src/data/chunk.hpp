// SPDX-License-Identifier: MIT
// A run of whole lines of a text table, read straight into the columns. Two passes: a census that
// counts the lines (so that every chunk knows where its rows go, at most), then the numbers. Blank
// lines and comments make a chunk shorter than its census; the caller closes such gaps. Chunks are
// independent, so any number of threads may read them; quotes may hide line ends, so a text with
// quotes must be one chunk. Chunks begin and end between two rows, so that what separates blocks of
// rows is inside one of them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/field.hpp"
#include "data/text_sample.hpp"
#include "data/times.hpp"
#include "data/words.hpp"
#include "nlsq/types.hpp"

namespace nlsq::data {

/// What one pass over the bytes tells.
struct Census {
  index_t lines = 0;
  bool has_quote = false;
  bool has_nul = false;
};
Census take_census(const char* begin, const char* end);

/// From row `row` on, the line is row + offset (relative to the chunk or the table).
struct LineShift {
  index_t row;
  index_t offset;
};

/// What else a row is judged by.
struct RowRules {
  /// The last field may be missing, delimiter and all.
  bool optional_last = false;
  /// Blocks of rows are one table: their header lines are passed over. Else reading ends with the
  /// first block.
  bool join = false;
  /// The lines of names and units, to know them again.
  std::string_view header, units;
  /// Columns that hold numbers in the first rows, one a column or empty; text there behind a blank
  /// line begins another block.
  std::span<const std::uint8_t> numeric;
  /// Columns that hold times; one a column or empty.
  std::span<const TimeColumn> times;
};

/// Whether a record is no row of a table: in as many fields, text where the table has numbers and
/// no number there; in another number of fields, text where the table has numbers, or no number.
bool is_marker(const Record& record, const Dialect& dialect, std::span<const std::uint8_t> numeric);

struct Chunk {
  const char* begin = nullptr;
  const char* end = nullptr;
  Census census;
  index_t first_line = 0;  ///< lines before it
  index_t first_row = 0;   ///< where its first row goes
};

/// Lines and rows are relative to the chunk.
struct ChunkResult {
  enum class Fault { none, ragged, unclosed_quote, behind_quote, other_header };

  index_t rows = 0;
  std::vector<LineShift> shifts;
  std::vector<TextSample> text;  ///< one a column, or none if no column has text
  std::vector<Words> words;      ///< one a column if some are kept as text
  Fault fault = Fault::none;
  index_t fault_line = 0;
  const char* fault_at = nullptr;  ///< the row that is at fault
  index_t fields_found = 0;
  const char* block_end = nullptr;  ///< behind the last row of a block, if another may follow
  index_t blank_lines = 0;          ///< single blank lines between rows
  index_t first_blank = 0;
  const char* short_row = nullptr;  ///< the first row without its last field, where that may be
  index_t short_line = 0;
  index_t joined = 0;   ///< blocks that began under RowRules::join
  index_t repeats = 0;  ///< lines of names or units among the rows
};

/// Reads rows of `columns` fields; field j of row i goes to out[j * stride + i]. Stops at the first
/// fault. Of columns that `as_text` marks (one a column, or empty) each field goes into
/// ChunkResult::words, and its number there to out.
ChunkResult read_chunk(const Chunk& chunk, const Dialect& dialect, index_t columns, double* out,
                       index_t stride, std::span<const std::uint8_t> as_text = {},
                       const RowRules& rules = {});

/// Cuts [begin, end) between lines that hold rows into at most `pieces` chunks of about equal size.
std::vector<Chunk> cut_chunks(const char* begin, const char* end, index_t pieces,
                              const Dialect& dialect);

}  // namespace nlsq::data
