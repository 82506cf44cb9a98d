// SPDX-License-Identifier: MIT
// The chunks of a text and what reading them gave, put together to one table.
#pragma once

#include <vector>

#include "data/chunk.hpp"
#include "data/layout.hpp"
#include "data/table_impl.hpp"

namespace nlsq::data {

struct Pieces {
  std::vector<Chunk> chunks;
  std::vector<ChunkResult> results;
};

/// Chunks of the rows of `layout`, each of `minimum_chunk` bytes or more, with their census.
std::vector<Chunk> plan_chunks(const Layout& layout, const char* end, int threads,
                               index_t minimum_chunk);

/// Gives each chunk its place; the most rows that all of them can hold.
index_t place_chunks(std::vector<Chunk>& chunks, index_t fields);

/// Drops what was read behind the end of the first block; true if there is one.
bool end_at_block(Pieces& pieces);

/// Moves the rows of every chunk down to those of the chunk before it, and puts lines, samples of
/// text and the note on blank lines together.
void merge_pieces(const Pieces& pieces, const Layout& layout, Table::Impl& table);

}  // namespace nlsq::data
