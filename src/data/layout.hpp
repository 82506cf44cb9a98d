// SPDX-License-Identifier: MIT
// How a text table is laid out: its dialect, its names, and where its rows begin.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/field.hpp"
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
  /// The last field of the first row is empty and has no name: a column of such fields is none.
  bool trailing_delimiter = false;
  std::vector<std::string> notes;
};

/// Reads the layout off the first rows of `text` (no byte order mark). Throws DataError if there
/// are none.
Layout find_layout(std::string_view text, const std::string& source, const ReadOptions& options);

/// Throws InputError if an option that concerns text has a value that makes no sense.
void check_options(const ReadOptions& options);

}  // namespace nlsq::data
