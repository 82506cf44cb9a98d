// SPDX-License-Identifier: MIT
// The names and units of a table whose rows are known, in the lines above them: commented or not.
#pragma once

#include <string>
#include <vector>

#include "data/field.hpp"

namespace nlsq::data {

struct NamesAbove {
  std::vector<std::string> names;  ///< empty: none
  std::vector<std::string> units;  ///< empty: none
  index_t names_line = 0;
  index_t units_line = 0;
  bool commented = false;
  std::string_view line;  ///< of the names
  std::string_view units_text;
  /// Rows at equal distances, of which the lines above the rows give the first and the step: the
  /// first column counts them, or none does.
  enum class Axis { none, first_column, added } axis = Axis::none;
  double axis_start = 0, axis_step = 0;
  /// The line right above the rows names another number of columns than they have.
  bool differ = false;
};

/// The names in the lines from `begin` to the row at `row`, which has `fields` fields; the text
/// ends at `end`.
NamesAbove find_names_above(const Cursor& begin, const Cursor& row, const char* end,
                            std::size_t fields, const Dialect& dialect);

/// The names in one line, whatever its delimiter and the sign before it; empty if there are not
/// `fields` of them.
std::vector<std::string> names_in(std::string_view line, std::size_t fields,
                                  const Dialect& dialect);

/// "Data: y x": takes the label of names away, where there is one field more than columns.
void drop_label_of_names(std::vector<std::string>& fields, std::size_t wanted);

}  // namespace nlsq::data
