// SPDX-License-Identifier: MIT
// The first records of a text, and which of their columns hold numbers. The later half of them
// votes, as names, units and remarks stand above the numbers.
#pragma once

#include <cstdint>
#include <vector>

#include "data/field.hpp"

namespace nlsq::data {

struct Sample {
  std::vector<Record> records;
  Gap above;                          ///< above the first record
  std::size_t fields = 0;             ///< of most rows, with an empty one that ends them all
  bool ends_empty = false;            ///< the last field of each of those rows is empty
  std::vector<std::uint8_t> numeric;  ///< one a field of most rows; none if nothing is a number
  std::size_t first_row = 0;          ///< the first record that is a row; records.size(): none

  /// Columns of most rows.
  std::size_t columns() const { return fields - (ends_empty ? 1 : 0); }
  /// A record of the usual number of fields, but for a delimiter at its end.
  bool has_usual_size(const Record& record) const;
  /// A record with text in no column of numbers and a number in at least one.
  bool is_row(const Record& record) const;
  /// A record with text in a column of numbers.
  bool has_misplaced_text(const Record& record) const;
  /// A record with a number in a column of numbers.
  bool has_number(const Record& record) const;
};

/// The first 100 records from `cursor` on, or 2,000 if none of those is a row; to the end of the
/// first block of rows. `lines_to_skip` lines behind the first record are left out.
Sample take_sample(const Cursor& cursor, const char* end, const Dialect& dialect,
                   index_t lines_to_skip);

/// Past `lines` lines, or to `end`.
void skip_lines(Cursor& cursor, const char* end, index_t lines);

/// The fields of a record that is all names: text or nothing, the first of them and at least one
/// other not empty if there are several.
bool is_all_text(const Record& record);
bool is_title(const Record& record);

}  // namespace nlsq::data
