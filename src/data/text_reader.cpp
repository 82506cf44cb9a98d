// SPDX-License-Identifier: MIT
// Reads a text table on all threads: cut the bytes behind line ends, count the lines of each chunk,
// allocate the columns once, parse every chunk into its place, and close the gaps that blank lines
// and comments left. A quote anywhere may hide line ends, so such a text is one chunk.
#include "data/text_reader.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "data/chunk.hpp"
#include "data/header.hpp"
#include "data/kept_text.hpp"
#include "data/layout.hpp"
#include "data/parallel.hpp"
#include "data/table_impl.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

// More tasks than threads, so that a thread that is held up does not hold up the rest.
constexpr index_t kTasksPerThread = 4;

struct Pieces {
  std::vector<Chunk> chunks;
  std::vector<ChunkResult> results;
};

std::string_view without_mark(std::string_view bytes) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return bytes.starts_with(kMark) ? bytes.substr(kMark.size()) : bytes;
}

void refuse_nul(std::string_view text, const std::string& source) {
  const void* at = std::memchr(text.data(), '\0', text.size());
  if (at == nullptr) return;
  const index_t line = 1 + count_line_ends(text.data(), static_cast<const char*>(at));
  throw DataError(source, line,
                  "a NUL byte: this is a binary file, not a table in text; export it as CSV");
}

// The most rows a chunk can hold: a row takes a line, and a byte for each field but the last.
index_t most_rows(const Chunk& chunk, index_t fields) {
  return std::min(chunk.census.lines, (chunk.end - chunk.begin) / fields + 1);
}

std::vector<Chunk> plan_chunks(const Layout& layout, const char* end, int threads,
                               index_t minimum_chunk) {
  const index_t size = end - layout.data.p;
  const index_t wanted = threads == 1 ? 1 : threads * kTasksPerThread;
  const index_t pieces = std::clamp<index_t>(size / std::max<index_t>(minimum_chunk, 1), 1, wanted);
  std::vector<Chunk> chunks = cut_chunks(layout.data.p, end, pieces);
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

[[noreturn]] void raise_fault(const ChunkResult& result, index_t line, const Layout& layout,
                              const std::string& source) {
  if (result.fault == ChunkResult::Fault::unclosed_quote) {
    throw DataError(source, line, "a quote (\") is opened here and never closed");
  }
  const index_t expected = layout.fields - (layout.has_header && layout.trailing_delimiter ? 1 : 0);
  throw DataError(source, line,
                  counted(result.fields_found, "field") + " found, " + std::to_string(expected) +
                      " expected (as in " + (layout.has_header ? "the header, line " : "line ") +
                      std::to_string(layout.reference_line) + ")");
}

void check_faults(const Pieces& pieces, const Layout& layout, const std::string& source) {
  for (std::size_t i = 0; i < pieces.chunks.size(); ++i) {
    const ChunkResult& result = pieces.results[i];
    if (result.fault == ChunkResult::Fault::none) continue;
    raise_fault(result, layout.data.line + pieces.chunks[i].first_line + result.fault_line, layout,
                source);
  }
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
    if (table.text.empty()) table.text.resize(samples.size());
    for (std::size_t j = 0; j < samples.size(); ++j) {
      if (!samples[j].found || table.text[j].found) continue;
      table.text[j] = samples[j];
      table.text[j].line += layout.data.line + pieces.chunks[i].first_line;
    }
  }
}

// The first line on which a column holds something; 0 if on none.
index_t first_filled_line(const Table::Impl& table, index_t column) {
  if (!table.kept.empty() && !table.kept[static_cast<std::size_t>(column)].codes.empty()) {
    const Table::Impl::Kept& kept = table.kept[static_cast<std::size_t>(column)];
    const auto filled = std::find_if(kept.codes.begin(), kept.codes.end(), [&](std::int32_t code) {
      return !kept.words[static_cast<std::size_t>(code)].empty();
    });
    return filled == kept.codes.end() ? 0 : table.line(filled - kept.codes.begin());
  }
  const double* values = table.storage.column(column);
  const double* filled =
      std::find_if(values, values + table.rows, [](double v) { return !std::isnan(v); });
  const index_t number = filled == values + table.rows ? 0 : table.line(filled - values);
  const index_t text = table.text.empty() ? 0 : table.text[static_cast<std::size_t>(column)].line;
  return number > 0 && text > 0 ? std::min(number, text) : std::max(number, text);
}

// The number of columns that are left when the empty one behind a trailing delimiter is dropped.
index_t drop_trailing(Table::Impl& table, const Layout& layout) {
  if (!layout.trailing_delimiter) return layout.fields;
  const index_t line = first_filled_line(table, layout.fields - 1);
  if (line > 0 && layout.has_header) {
    ChunkResult ragged;
    ragged.fields_found = layout.fields;
    raise_fault(ragged, line, layout, table.source);
  }
  return line > 0 ? layout.fields : layout.fields - 1;
}

}  // namespace

Table read_text(std::string_view bytes, const std::string& source, const ReadOptions& options,
                index_t minimum_chunk) {
  constexpr std::size_t kHead = std::size_t{1} << 16;
  check_options(options);
  const int threads = thread_count(options.threads);
  const std::string_view text = without_mark(bytes);
  refuse_nul(text.substr(0, kHead), source);
  const Layout layout = find_layout(text, source, options);

  const char* end = text.data() + text.size();
  Pieces pieces{plan_chunks(layout, end, threads, minimum_chunk), {}};
  for (const Chunk& chunk : pieces.chunks) {
    if (chunk.census.has_nul) refuse_nul(text, source);
  }
  auto impl = std::make_unique<Table::Impl>();
  impl->source = source;
  impl->notes = layout.notes;
  impl->decimal = options.decimal;
  impl->first_line = layout.data.line;
  impl->storage = Storage(layout.fields, place_chunks(pieces.chunks, layout.fields));
  pieces.results.resize(pieces.chunks.size());
  const std::vector<std::uint8_t> keep = columns_to_keep(layout, options);
  std::vector<std::uint8_t> as_text = text_at_once(keep, layout, end);
  const auto read = [&] {
    run_tasks(threads, static_cast<index_t>(pieces.chunks.size()), [&](index_t i) {
      const Chunk& chunk = pieces.chunks[static_cast<std::size_t>(i)];
      pieces.results[static_cast<std::size_t>(i)] =
          read_chunk(chunk, layout.dialect, layout.fields,
                     impl->storage.column(0) + chunk.first_row, impl->storage.stride(), as_text);
    });
    check_faults(pieces, layout, source);
  };
  read();
  if (add_late_text(keep, pieces.results, as_text)) read();
  close_gaps(pieces, layout.fields, *impl);
  merge_lines(pieces, *impl);
  merge_text(pieces, layout, *impl);
  merge_words(pieces.results, as_text, threads, *impl);
  const index_t columns = drop_trailing(*impl, layout);
  std::vector<std::string> names = layout.names;
  if (!names.empty()) names.resize(static_cast<std::size_t>(columns));
  finish_table(*impl, std::move(names), columns, options, "no header");
  return Table(std::move(impl));
}

}  // namespace nlsq::data
