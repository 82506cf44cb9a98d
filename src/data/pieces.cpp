// SPDX-License-Identifier: MIT
#include "data/pieces.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "data/parallel.hpp"

namespace nlsq::data {
namespace {

// More tasks than threads, so that a thread that is held up does not hold up the rest.
constexpr index_t kTasksPerThread = 4;

// The most rows a chunk can hold: a row takes a line, and a byte for each field but the last.
index_t most_rows(const Chunk& chunk, index_t fields) {
  return std::min(chunk.census.lines, (chunk.end - chunk.begin) / fields + 1);
}

// Moves the rows of every chunk down to those of the chunk before it.
void close_gaps(const Pieces& pieces, index_t fields, Table::Impl& table) {
  for (std::size_t i = 0; i < pieces.chunks.size(); ++i) {
    const index_t from = pieces.chunks[i].first_row;
    const auto bytes = static_cast<std::size_t>(pieces.results[i].rows) * sizeof(double);
    for (index_t j = 0; from != table.rows && j < fields; ++j) {
      double* column = table.storage.column(j);
      std::memmove(column + table.rows, column + from, bytes);
    }
    table.rows += pieces.results[i].rows;
  }
}

void merge_lines(const Pieces& pieces, Table::Impl& table) {
  index_t row = 0;
  index_t offset = 0;
  const auto add = [&](index_t first, index_t shift) {
    if (shift == offset) return;
    table.shifts.push_back({first, shift});
    offset = shift;
  };
  for (std::size_t i = 0; i < pieces.chunks.size(); ++i) {
    const ChunkResult& result = pieces.results[i];
    const index_t base = pieces.chunks[i].first_line - row;
    const bool starts_late = !result.shifts.empty() && result.shifts.front().row == 0;
    if (result.rows > 0 && !starts_late) add(row, base);
    for (const LineShift& shift : result.shifts) add(row + shift.row, base + shift.offset);
    row += result.rows;
  }
}

void merge_text(const Pieces& pieces, const Layout& layout, Table::Impl& table) {
  for (std::size_t i = 0; i < pieces.chunks.size(); ++i) {
    const auto& samples = pieces.results[i].text;
    const index_t above = layout.data.line + pieces.chunks[i].first_line;
    if (table.text.empty()) table.text.resize(samples.size());
    for (std::size_t j = 0; j < samples.size(); ++j) {
      TextSample& merged = table.text[j];
      if (merged.marks == 0 && samples[j].marks > 0) {
        merged.mark = samples[j].mark;
        merged.mark_line = samples[j].mark_line + above;
      }
      merged.marks += samples[j].marks;
      if (merged.percents == 0 && samples[j].percents > 0) {
        merged.percent = samples[j].percent;
        merged.percent_line = samples[j].percent_line + above;
      }
      merged.percents += samples[j].percents;
      if (!samples[j].found) continue;
      if (!merged.found) {
        merged.found = true;
        merged.line = samples[j].line + above;
        merged.text = samples[j].text;
        merged.count = samples[j].count;
        merged.forms = samples[j].forms;
      } else {
        merged.forms |= samples[j].forms;
        merged.count += samples[j].count;
      }
      merged.last_line = samples[j].last_line + above;
    }
  }
}

// A blank line where a block might have ended.
void note_blank_lines(const Pieces& pieces, const Layout& layout, Table::Impl& table) {
  index_t count = 0;
  index_t first = 0;
  for (std::size_t i = 0; i < pieces.chunks.size(); ++i) {
    const ChunkResult& result = pieces.results[i];
    if (count == 0 && result.blank_lines > 0)
      first = layout.data.line + pieces.chunks[i].first_line + result.first_blank;
    count += result.blank_lines;
  }
  if (count == 0) return;
  const std::string others = count == 1 ? "" : ", as are " + std::to_string(count - 1) + " more";
  table.notes.push_back("line " + std::to_string(first) + " is blank" + others +
                        "; the rows above and below are read as one table");
}

}  // namespace

std::vector<Chunk> plan_chunks(const Layout& layout, const char* end, int threads,
                               index_t minimum_chunk) {
  const index_t size = end - layout.data.p;
  const index_t wanted = threads == 1 ? 1 : threads * kTasksPerThread;
  const index_t pieces = std::clamp<index_t>(size / std::max<index_t>(minimum_chunk, 1), 1, wanted);
  std::vector<Chunk> chunks = cut_chunks(layout.data.p, end, pieces, layout.dialect);
  run_tasks(threads, static_cast<index_t>(chunks.size()), [&](index_t i) {
    Chunk& chunk = chunks[static_cast<std::size_t>(i)];
    chunk.census = take_census(chunk.begin, chunk.end);
  });
  const auto has_quote = [](const Chunk& chunk) { return chunk.census.has_quote; };
  if (chunks.size() > 1 && std::any_of(chunks.begin(), chunks.end(), has_quote)) {
    chunks = {{layout.data.p, end, take_census(layout.data.p, end), 0, 0}};
  }
  return chunks;
}

index_t place_chunks(std::vector<Chunk>& chunks, index_t fields) {
  index_t line = 0;
  index_t row = 0;
  for (Chunk& chunk : chunks) {
    chunk.first_line = line;
    chunk.first_row = row;
    line += chunk.census.lines;
    row += most_rows(chunk, fields);
  }
  return row;
}

// Drops what was read behind the end of the first block; true if there is one.
bool end_at_block(Pieces& pieces) {
  for (std::size_t i = 0; i < pieces.chunks.size(); ++i) {
    if (pieces.results[i].fault != ChunkResult::Fault::none) return false;
    if (pieces.results[i].block_end == nullptr) continue;
    pieces.chunks.resize(i + 1);
    pieces.results.resize(i + 1);
    return true;
  }
  return false;
}

void merge_pieces(const Pieces& pieces, const Layout& layout, Table::Impl& table) {
  close_gaps(pieces, layout.fields, table);
  merge_lines(pieces, table);
  merge_text(pieces, layout, table);
  note_blank_lines(pieces, layout, table);
}

}  // namespace nlsq::data
