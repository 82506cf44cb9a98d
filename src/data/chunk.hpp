// SPDX-License-Identifier: MIT
// A run of whole lines of a text table, read straight into the columns. Two passes: a census that
// counts the lines (so that every chunk knows where its rows go, at most), then the numbers. Blank
// lines and comments make a chunk shorter than its census; the caller closes such gaps. Chunks are
// independent, so any number of threads may read them; quotes may hide line ends, so a text with
// quotes must be one chunk.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/field.hpp"
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

/// The first field of a column that is neither a number nor missing.
struct TextSample {
  bool found = false;
  index_t line = 0;
  std::string text;
};

struct Chunk {
  const char* begin = nullptr;
  const char* end = nullptr;
  Census census;
  index_t first_line = 0;  ///< lines before it
  index_t first_row = 0;   ///< where its first row goes
};

/// Lines and rows are relative to the chunk.
struct ChunkResult {
  enum class Fault { none, ragged, unclosed_quote };

  index_t rows = 0;
  std::vector<LineShift> shifts;
  std::vector<TextSample> text;  ///< one a column, or none if no column has text
  std::vector<Words> words;      ///< one a column if some are kept as text
  Fault fault = Fault::none;
  index_t fault_line = 0;
  index_t fields_found = 0;
};

/// Reads rows of `columns` fields; field j of row i goes to out[j * stride + i]. Stops at the first
/// fault. Of columns that `as_text` marks (one a column, or empty) each field goes into
/// ChunkResult::words, and its number there to out.
ChunkResult read_chunk(const Chunk& chunk, const Dialect& dialect, index_t columns, double* out,
                       index_t stride, std::span<const std::uint8_t> as_text = {});

/// Cuts [begin, end) behind line ends into at most `pieces` chunks of about equal size.
std::vector<Chunk> cut_chunks(const char* begin, const char* end, index_t pieces);

}  // namespace nlsq::data
