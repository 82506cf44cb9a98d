// SPDX-License-Identifier: MIT
// Rows that are none: another number of fields, quotes that do not match, names among the rows.
#pragma once

#include <string>
#include <vector>

#include "data/fault.hpp"
#include "data/pieces.hpp"

namespace nlsq::data {

/// Throws DataError or TableFault for the first fault of the chunks.
void check_faults(const Pieces& pieces, const Layout& layout, const std::string& source,
                  const char* end);

/// The number of columns that are left when the empty one behind a trailing delimiter is dropped.
/// Throws TableFault if it is not empty everywhere, but has no name.
index_t drop_trailing(const Pieces& pieces, const Layout& layout, const char* end,
                      const Table::Impl& table);

/// What may help a line of text that is no row: where nothing but such lines follows, the rows end
/// above it; else, or if it begins with a sign, it is a comment.
std::vector<Fix> fixes_of_marker(const Record& marker, index_t line, const Cursor& behind,
                                 const Layout& layout, const char* end);

}  // namespace nlsq::data
