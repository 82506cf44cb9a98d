// SPDX-License-Identifier: MIT
// What stands below the rows: remarks, end markers, sums. It is left out where no row of the table
// is among it.
#pragma once

#include "data/layout.hpp"
#include "data/pieces.hpp"

namespace nlsq::data {

/// Where the first fault of the pieces is a line below which no rows of the table follow, drops it
/// and everything behind, and returns where it begins; null otherwise.
const char* end_at_tail(Pieces& pieces, const Layout& layout, const char* end);

/// Drops rows at the end that have text where the table has numbers, if no row follows them;
/// returns where they begin, or null. `lines`: of the text from layout.data to `end`, 0 if that is
/// not known.
const char* drop_tail(Table::Impl& table, const Layout& layout, const char* end, index_t lines);

/// Lines that are neither blank nor comments.
index_t count_lines(const char* begin, const char* end, const Dialect& dialect);

}  // namespace nlsq::data
