// SPDX-License-Identifier: MIT
// Blocks of rows in one file, as gnuplot and instruments write them: two blank lines, or a blank
// line and comments, names or other lines without numbers, stand between two of them.
#pragma once

#include <string>
#include <vector>

#include "data/field.hpp"
#include "data/layout.hpp"

namespace nlsq::data {

struct Block {
  Cursor begin{nullptr, 1};  ///< behind the last row of the block before
  const char* end = nullptr;
  index_t first_line = 0;  ///< of its rows
  index_t last_line = 0;
  index_t rows = 0;
};

/// The blocks from the first row of `layout` on; text without numbers is none.
std::vector<Block> find_blocks(const Layout& layout, const char* end);

/// "2 blocks of rows (11 and 4 rows)"; of many the first few.
std::string described(const std::vector<Block>& blocks);

/// What to say of the blocks when the first is read: a note, or nothing for a single one whose file
/// ends with it.
std::string note_on_first(const std::vector<Block>& blocks);

}  // namespace nlsq::data
