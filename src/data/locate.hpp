// SPDX-License-Identifier: MIT
// Finds the table in a text that is not all table: the longest run of rows, its names above it, and
// how much of the text is neither. See docs/adr/0012-tables.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "data/names_above.hpp"
#include "data/runs.hpp"
#include "nlsq/table.hpp"

namespace nlsq::data {

struct Located {
  Dialect dialect;
  Cursor begin{nullptr, 1};   ///< the first row
  const char* end = nullptr;  ///< behind the last row, or the end of the text where more may come
  std::size_t fields = 0;
  bool optional_last = false;  ///< some rows lack their last field
  NamesAbove above;
  /// What is said of other runs of rows; empty: there is nothing to say.
  std::string others;
};

/// The table in the text from `begin` to `end`; nothing if none stands out, so that what is wrong
/// with the text as it stands is to be said. `dialect` has what options say of fields; its
/// delimiter is 0 if it is to be found. With `whole` the text is looked at to its end. Throws
/// DataError for two tables of like size, or a block that there is not.
std::optional<Located> locate_table(const Cursor& begin, const char* end, const Dialect& dialect,
                                    const std::string& source, const ReadOptions& options,
                                    bool whole = false);

}  // namespace nlsq::data
