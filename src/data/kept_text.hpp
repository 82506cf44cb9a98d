// SPDX-License-Identifier: MIT
// Columns whose text is kept. Which of them are text the first row tells, or reading to the end; a
// column that turns out to be text late is read again, for "007" is no seven there.
#pragma once

#include <cstdint>
#include <vector>

#include "data/chunk.hpp"
#include "data/layout.hpp"
#include "data/table_impl.hpp"
#include "nlsq/table.hpp"

namespace nlsq::data {

/// One a column, 1 where text is to be kept; empty if nowhere.
std::vector<std::uint8_t> columns_to_keep(const Layout& layout, const ReadOptions& options);

/// Of those, the ones that the first row shows to be text.
std::vector<std::uint8_t> text_at_once(const std::vector<std::uint8_t>& keep, const Layout& layout,
                                       const char* end);

/// Marks the columns that turned out to be text after all; true if there are any.
bool add_late_text(const std::vector<std::uint8_t>& keep, const std::vector<ChunkResult>& results,
                   std::vector<std::uint8_t>& as_text);

/// The words of the chunks become those of the whole column; the storage holds their numbers in
/// the chunks.
void merge_words(const std::vector<ChunkResult>& results, const std::vector<std::uint8_t>& as_text,
                 int threads, Table::Impl& table);

}  // namespace nlsq::data
