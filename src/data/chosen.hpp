// SPDX-License-Identifier: MIT
// Tables of which options say where they are: a block, the lines of the rows, the line of the
// names.
#pragma once

#include <string>

#include "data/layout.hpp"

namespace nlsq::data {

/// Moves `layout` and `end` to the block that options.block names. A block without names has those
/// of the first. Throws TableFault if there is no such block.
void choose_block(Layout& layout, const char*& end, const std::string& source,
                  const ReadOptions& options);

/// The layout of the lines that options name as rows. Throws DataError if there are none.
Layout layout_of_rows(const Cursor& start, const char* end, const std::string& source,
                      const ReadOptions& options);

/// Names from the line that options name, or none. Throws DataError if that line names another
/// number of columns, or stands below the first row.
void set_header(const Cursor& start, const char* end, const std::string& source,
                const ReadOptions& options, Layout& layout);

}  // namespace nlsq::data
