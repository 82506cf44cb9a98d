// SPDX-License-Identifier: MIT
// Rows that are none: another number of fields, quotes that do not match, names among the rows.
#pragma once

#include <string>
#include <string_view>
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

/// Throws TableFault if a column that holds numbers in the first rows turned out to be text.
void require_numbers(const Table::Impl& table, const Layout& layout, const Cursor& start,
                     const char* end);

/// Throws DataError if there is a NUL byte in `text`, whose first line is `first_line`.
void refuse_nul(std::string_view text, const std::string& source, index_t first_line);

/// What may help a line of text that is no row: where nothing but such lines follows, the rows end
/// above it; else, or if it begins with a sign, it is a comment.
std::vector<Fix> fixes_of_marker(const Record& marker, index_t line, const Cursor& behind,
                                 const Layout& layout, const char* end);

}  // namespace nlsq::data
