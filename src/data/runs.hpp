// SPDX-License-Identifier: MIT
// Runs of rows in a text that may hold other things: lines of one number of fields that hold
// numbers in the same places, one below the other.
#pragma once

#include <vector>

#include "data/field.hpp"

namespace nlsq::data {

struct Run {
  Cursor begin{nullptr, 1};   ///< its first row
  const char* end = nullptr;  ///< behind its last row
  index_t last_line = 0;
  index_t rows = 0;
  std::size_t fields = 0;      ///< without an empty one at the end
  std::size_t values = 0;      ///< columns that hold mostly numbers or times
  std::size_t width = 0;       ///< fields with an empty one at the end
  index_t numbers = 0;         ///< fields that are numbers or times
  index_t texts = 0;           ///< fields that are text
  bool optional_last = false;  ///< the last field stands in some rows only, in its place
  bool all_numbers = false;    ///< no field is text
  bool behind_blank = false;   ///< a blank line stands between it and the run above,
  bool behind_gap = false;     ///< two of them or a comment, too,
  bool behind_text = false;    ///< a line without numbers
  bool open = false;           ///< the scan ended in it, the text did not
};

/// The runs from `cursor` to `stop` (a line is finished), which is at most `end`. Reading stops at
/// a quote that is not closed.
std::vector<Run> find_runs(Cursor cursor, const char* stop, const char* end,
                           const Dialect& dialect);

}  // namespace nlsq::data
