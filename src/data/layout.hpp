// SPDX-License-Identifier: MIT
// How a text table is laid out: its dialect, its names, and where its rows begin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/field.hpp"
#include "data/locate.hpp"
#include "data/times.hpp"
#include "nlsq/table.hpp"

namespace nlsq::data {

struct Layout {
  Dialect dialect;
  /// The first row and everything behind it.
  Cursor data{nullptr, 1};
  /// Fields of every row.
  index_t fields = 0;
  /// As many as fields; one less if a delimiter ends every line; empty if the file names nothing.
  std::vector<std::string> names;
  /// The line `fields` comes from.
  index_t reference_line = 1;
  bool has_header = false;
  /// The lines that name the columns and their units; 0: none.
  index_t header_line = 0, units_line = 0;
  /// As many as names, or none.
  std::vector<std::string> units;
  /// The last field of the first row is empty and has no name: a column of such fields is none.
  bool trailing_delimiter = false;
  /// The last field may be missing, as in blank-delimited text where it stands in some rows only.
  bool optional_last = false;
  /// Of what is said of an axis above the rows.
  NamesAbove::Axis axis = NamesAbove::Axis::none;
  double axis_start = 0, axis_step = 0;
  /// Columns that hold numbers in the first rows; one a field, or empty.
  std::vector<std::uint8_t> numeric;
  /// One a field, or none: columns of times.
  std::vector<TimeColumn> times;
  /// The text of the lines of names and units.
  std::string_view header, units_text;
  std::vector<std::string> notes;
};

/// The delimiter and what the options say of fields.
Dialect find_dialect(const Cursor& start, const char* end, const ReadOptions& options);

/// Reads the layout off the first rows from `start` on. Throws DataError if there are none, and
/// TableFault if lines stand above or among them that would be taken for what they are not.
Layout find_layout(const Cursor& start, const char* end, const Dialect& dialect,
                   const std::string& source, const ReadOptions& options);

/// The layout of a table that was found in a text.
Layout layout_of(const Located& located, const ReadOptions& options);

/// The start of `text`, past the lines that options.skip names.
Cursor start_of(std::string_view text, const std::string& source, const ReadOptions& options);

/// Throws InputError if an option that concerns text has a value that makes no sense.
void check_options(const ReadOptions& options);

}  // namespace nlsq::data
