// SPDX-License-Identifier: MIT
// Reads a text table on all threads: cut the bytes behind line ends, count the lines of each chunk,
// allocate the columns once, parse every chunk into its place, and close the gaps that blank lines
// and comments left. A quote anywhere may hide line ends, so such a text is one chunk.
#include "data/text_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "data/advice.hpp"
#include "data/blocks.hpp"
#include "data/chunk.hpp"
#include "data/fault.hpp"
#include "data/header.hpp"
#include "data/kept_text.hpp"
#include "data/latin1.hpp"
#include "data/layout.hpp"
#include "data/parallel.hpp"
#include "data/pieces.hpp"
#include "data/row_faults.hpp"
#include "data/sample.hpp"
#include "data/table_impl.hpp"
#include "data/total.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

std::string_view without_mark(std::string_view bytes) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return bytes.starts_with(kMark) ? bytes.substr(kMark.size()) : bytes;
}

void refuse_nul(std::string_view text, const std::string& source, index_t first_line) {
  const void* at = std::memchr(text.data(), '\0', text.size());
  if (at == nullptr) return;
  const index_t line = first_line + count_line_ends(text.data(), static_cast<const char*>(at));
  throw DataError(source, line,
                  "a NUL byte: this is a binary file, not a table in text; export it as CSV");
}

// The end of the line that options.last_line names.
const char* end_of(const Cursor& start, const char* end, const std::string& source,
                   const ReadOptions& options) {
  if (options.last_line == 0) return end;
  Cursor cursor = start;
  skip_lines(cursor, end, options.last_line - start.line + 1);
  if (options.last_line < start.line || cursor.p == start.p) {
    throw DataError(source, 0,
                    "there is no line to read: the last one is to be " +
                        std::to_string(options.last_line) + ", the first is " +
                        std::to_string(start.line));
  }
  return cursor.p;
}

void name_in_utf8(Layout& layout) {
  bool changed = false;
  for (std::string& name : layout.names) {
    if (is_utf8(name)) continue;
    name = from_latin1(name);
    changed = true;
  }
  if (changed)
    layout.notes.push_back("the names are not in UTF-8; they are read as Latin-1: " +
                           listed(layout.names));
}

// Moves `layout` and `end` to the block that options.block names. A block without names has those
// of the first.
void choose_block(Layout& layout, const char*& end, const std::string& source,
                  const ReadOptions& options) {
  const std::vector<Block> blocks = find_blocks(layout, end);
  if (options.block > static_cast<index_t>(blocks.size())) {
    throw DataError(source, 0,
                    "there is no block " + std::to_string(options.block) + "; the file holds " +
                        described(blocks));
  }
  if (blocks.size() == 1) return;
  const Block& block = blocks[static_cast<std::size_t>(options.block - 1)];
  end = block.end;
  layout.notes.push_back("block " + std::to_string(options.block) + " of " + described(blocks) +
                         " is read, lines " + std::to_string(block.first_line) + " to " +
                         std::to_string(block.last_line));
  if (options.block == 1) return;
  ReadOptions own = options;
  Record record;
  Cursor at = block.begin;
  if (read_record(at, end, layout.dialect, record) && !is_all_text(record))
    own.skip_after_header = 0;
  Layout chosen = find_layout(block.begin, end, layout.dialect, source, own);
  if (chosen.names.empty() && chosen.fields == layout.fields) {
    chosen.names = layout.names;
    chosen.trailing_delimiter = layout.trailing_delimiter;
  }
  chosen.notes.insert(chosen.notes.begin(), layout.notes.begin(), layout.notes.end());
  layout = std::move(chosen);
}

// Text where the first rows have numbers: what a trial of options has not put right.
void require_numbers(const Table::Impl& table, const Layout& layout, const Cursor& start,
                     const char* end) {
  if (table.rows < 2) throw DataError(table.source, 0, "no table is left");
  for (std::size_t j = 0; j < std::min(table.text.size(), layout.numeric.size()); ++j) {
    if (!table.text[j].found || layout.numeric[j] == 0) continue;
    TableFault fault;
    fault.line = table.text[j].line;
    Cursor at = start;
    skip_lines(at, end, fault.line - at.line);
    Record record;
    if (read_record(at, end, layout.dialect, record))
      fault.fixes = fixes_of_marker(record, fault.line, at, layout, end);
    throw fault;
  }
}

class Reading {
 public:
  Reading(std::string_view text, const std::string& source, const ReadOptions& options)
      : source_(source),
        options_(options),
        start_(start_of(text, source, options)),
        end_(end_of(start_, text.data() + text.size(), source, options)),
        threads_(thread_count(options.threads)) {
    layout_ = find_layout(start_, end_, find_dialect(start_, end_, options), source, options);
    if (options.block > 0) choose_block(layout_, end_, source, options);
    name_in_utf8(layout_);
  }

  std::unique_ptr<Table::Impl> run(index_t minimum_chunk) {
    // Where blocks are joined, the lines that are passed over between them must not be cut apart.
    const bool is_joined = options_.block == ReadOptions::kAllBlocks;
    pieces_.chunks = plan_chunks(layout_, end_, is_joined ? 1 : threads_, minimum_chunk);
    for (const Chunk& chunk : pieces_.chunks) {
      if (chunk.census.has_nul) refuse_nul({start_.p, z(end_ - start_.p)}, source_, start_.line);
    }
    auto impl = std::make_unique<Table::Impl>();
    impl->source = source_;
    impl->notes = layout_.notes;
    impl->decimal = options_.decimal;
    impl->first_line = layout_.data.line;
    impl->header_line = layout_.has_header ? layout_.reference_line : 0;
    impl->storage = Storage(layout_.fields, place_chunks(pieces_.chunks, layout_.fields));
    const std::vector<std::uint8_t> keep = columns_to_keep(layout_, options_);
    std::vector<std::uint8_t> as_text = text_at_once(keep, layout_, end_);
    bool ends_early = read_chunks(*impl, as_text);
    if (add_late_text(keep, pieces_.results, as_text)) ends_early = read_chunks(*impl, as_text);
    note_blocks(ends_early, *impl);
    if (!ends_early) note_total(*impl);
    merge_pieces(pieces_, layout_, *impl);
    merge_words(pieces_.results, as_text, threads_, *impl);
    const index_t columns = drop_trailing(pieces_, layout_, end_, *impl);
    std::vector<std::string> names = layout_.names;
    if (!names.empty()) names.resize(z(columns));
    finish_table(*impl, std::move(names), columns, options_, "no header");
    return impl;
  }

  void require_numbers_in(const Table::Impl& table) const {
    require_numbers(table, layout_, start_, end_);
  }

 private:
  static std::size_t z(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

  // True if more may follow behind the first block.
  bool read_chunks(Table::Impl& table, const std::vector<std::uint8_t>& as_text) {
    RowRules rules;
    rules.optional_last = layout_.trailing_delimiter;
    rules.join = options_.block == ReadOptions::kAllBlocks;
    rules.header = layout_.header;
    rules.numeric = layout_.numeric;
    pieces_.results.clear();
    pieces_.results.resize(pieces_.chunks.size());
    run_tasks(threads_, static_cast<index_t>(pieces_.chunks.size()), [&](index_t i) {
      const Chunk& chunk = pieces_.chunks[z(i)];
      pieces_.results[z(i)] = read_chunk(chunk, layout_.dialect, layout_.fields,
                                         table.storage.column(0) + chunk.first_row,
                                         table.storage.stride(), as_text, rules);
    });
    const bool ends_early = end_at_block(pieces_);
    check_faults(pieces_, layout_, source_, end_);
    return ends_early;
  }

  void note_total(Table::Impl& table) const {
    for (const Chunk& chunk : pieces_.chunks) {
      if (chunk.census.has_quote) return;
    }
    const std::string word = word_for_total(layout_, end_);
    if (word.empty()) return;
    table.notes.push_back("the last row ('" + shortened(word) +
                          "', …) is read like the others; if it sums them up, leave it out with "
                          "--lines :LAST");
  }

  void note_blocks(bool ends_early, Table::Impl& table) const {
    const bool is_joined = std::any_of(pieces_.results.begin(), pieces_.results.end(),
                                       [](const ChunkResult& r) { return r.joined > 0; });
    if (!ends_early && !is_joined) return;
    const std::vector<Block> blocks = find_blocks(layout_, end_);
    if (ends_early) table.notes.push_back(note_on_first(blocks));
    if (is_joined && blocks.size() > 1)
      table.notes.push_back("the " + described(blocks) + " are joined to one table");
  }

  const std::string& source_;
  const ReadOptions& options_;
  Cursor start_;
  const char* end_;
  int threads_;
  Layout layout_;
  Pieces pieces_;
};

}  // namespace

Table read_text(std::string_view bytes, const std::string& source, const ReadOptions& options,
                index_t minimum_chunk) {
  constexpr std::size_t kHead = std::size_t{1} << 16;
  check_options(options);
  const std::string_view text = without_mark(bytes);
  refuse_nul(text.substr(0, kHead), source, 1);
  try {
    return Table(Reading(text, source, options).run(minimum_chunk));
  } catch (const TableFault& fault) {
    const auto attempt = [&](const ReadOptions& other) {
      check_options(other);
      Reading reading(text, source, other);
      reading.require_numbers_in(*reading.run(minimum_chunk));
    };
    throw DataError(source, fault.line, advised(fault, options, attempt));
  }
}

}  // namespace nlsq::data
