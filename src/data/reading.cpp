// SPDX-License-Identifier: MIT
// Reads a text table on all threads: cut the bytes behind line ends, count the lines of each chunk,
// allocate the columns once, parse every chunk into its place, and close the gaps that blank lines
// and comments left. A quote anywhere may hide line ends, so such a text is one chunk.
#include "data/reading.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "data/blocks.hpp"
#include "data/chosen.hpp"
#include "data/chunk.hpp"
#include "data/columns_found.hpp"
#include "data/fault.hpp"
#include "data/form.hpp"
#include "data/header.hpp"
#include "data/kept_text.hpp"
#include "data/latin1.hpp"
#include "data/locate.hpp"
#include "data/melt.hpp"
#include "data/notation.hpp"
#include "data/parallel.hpp"
#include "data/row_faults.hpp"
#include "data/sample.hpp"
#include "data/tail.hpp"
#include "data/total.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

std::size_t z(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

// The end of line `last`; of the text if that is 0.
const char* end_of(const Cursor& start, const char* end, const std::string& source, index_t last) {
  if (last == 0) return end;
  Cursor cursor = start;
  skip_lines(cursor, end, last - start.line + 1);
  if (last < start.line || cursor.p == start.p) {
    throw DataError(source, 0,
                    "there is no line to read: the last one is to be " + std::to_string(last) +
                        ", the first is " + std::to_string(start.line));
  }
  return cursor.p;
}

void name_in_utf8(Layout& layout) {
  bool changed = false;
  for (std::vector<std::string>* words : {&layout.names, &layout.units}) {
    for (std::string& name : *words) {
      if (is_utf8(name)) continue;
      name = from_latin1(name);
      changed = true;
    }
  }
  if (changed)
    layout.notes.push_back("the names are not in UTF-8; they are read as Latin-1: " +
                           listed(layout.names));
}

}  // namespace

Reading::Reading(std::string_view text, const std::string& source, const ReadOptions& options)
    : source_(source),
      options_(options),
      start_(start_of(text, source, options)),
      text_end_(end_of(start_, text.data() + text.size(), source,
                       std::max(options.last_line, options.last_row_line))),
      end_(text_end_),
      threads_(thread_count(options.threads)) {}

void Reading::take_as_it_stands() {
  layout_ = find_layout(start_, end_, find_dialect(start_, end_, options_), source_, options_);
  if (options_.block > 0) choose_block(layout_, end_, source_, options_);
}

bool Reading::locate(bool whole) {
  if (options_.first_row_line > 0) {
    layout_ = layout_of_rows(start_, text_end_, source_, options_);
  } else {
    Dialect dialect;
    dialect.decimal = options_.decimal != 0 ? options_.decimal : '.';
    dialect.thousands = options_.thousands;
    dialect.comment = options_.comment;
    dialect.missing = options_.missing_words;
    dialect.delimiter = options_.delimiter;
    Cursor from = start_;
    if (options_.header_line > 0) skip_lines(from, text_end_, options_.header_line - from.line + 1);
    const std::optional<Located> located =
        locate_table(from, text_end_, dialect, source_, options_, whole);
    if (!located) return false;
    layout_ = layout_of(*located, options_);
    end_ = located->end;
  }
  if (options_.header_line >= 0) set_header(start_, text_end_, source_, options_, layout_);
  pieces_ = Pieces{};
  is_located_ = true;
  return true;
}

std::unique_ptr<Table::Impl> Reading::run(index_t minimum_chunk) {
  name_in_utf8(layout_);
  std::unique_ptr<Table::Impl> impl = read(minimum_chunk);
  if (options_.melt) return melted(*impl, options_);
  // What the first rows do not show may show further down.
  const Layout before = layout_;
  unsigned forms = 0;
  std::string example;
  for (std::size_t j = 0; j < std::min(impl->text.size(), layout_.numeric.size()); ++j) {
    if (!impl->text[j].found || layout_.numeric[j] == 0) continue;
    forms |= impl->text[j].forms;
    example = impl->text[j].text;
  }
  if (forms == 0 || !find_late_notation(forms, example, options_, layout_)) return impl;
  std::unique_ptr<Table::Impl> again = read(minimum_chunk);
  for (std::size_t j = 0; j < std::min(again->text.size(), layout_.numeric.size()); ++j) {
    if (!again->text[j].found || layout_.numeric[j] == 0) continue;
    layout_ = before;
    return impl;
  }
  return again;
}

void Reading::leave_out_from(const char* tail) {
  if (tail != nullptr && (tail_ == nullptr || tail < tail_)) tail_ = tail;
}

std::unique_ptr<Table::Impl> Reading::read(index_t minimum_chunk) {
  tail_ = is_located_ && end_ != text_end_ ? end_ : nullptr;
  // Where blocks are joined, the lines that are passed over between them must not be cut apart.
  const bool is_joined = options_.block == ReadOptions::kAllBlocks;
  pieces_.chunks = plan_chunks(layout_, end_, is_joined ? 1 : threads_, minimum_chunk);
  bool has_quote = false;
  index_t lines = 0;
  for (const Chunk& chunk : pieces_.chunks) {
    if (chunk.census.has_nul) refuse_nul({start_.p, z(end_ - start_.p)}, source_, start_.line);
    has_quote |= chunk.census.has_quote;
    lines += chunk.census.lines;
  }
  auto impl = std::make_unique<Table::Impl>();
  impl->source = source_;
  impl->notes = layout_.notes;
  impl->decimal = layout_.dialect.decimal;
  impl->first_line = layout_.data.line;
  impl->header_line = layout_.has_header ? layout_.header_line : 0;
  const index_t added = layout_.axis == NamesAbove::Axis::added ? 1 : 0;
  impl->storage = Storage(layout_.fields + added, place_chunks(pieces_.chunks, layout_.fields));
  const std::vector<std::uint8_t> keep = columns_to_keep(layout_, options_);
  std::vector<std::uint8_t> as_text = text_at_once(keep, layout_, end_);
  bool ends_early = read_chunks(*impl, as_text);
  if (add_late_text(keep, pieces_.results, as_text)) ends_early = read_chunks(*impl, as_text);
  merge_pieces(pieces_, layout_, *impl);
  merge_words(pieces_.results, as_text, threads_, *impl);
  leave_out_from(drop_tail(*impl, layout_, end_, ends_early ? 0 : lines));
  note_blocks(ends_early, *impl);
  if (!ends_early && !has_quote) note_total(*impl);
  name_columns(*impl);
  note_place(*impl);
  return impl;
}

// Which columns there are, what they are called, and what their values mean.
void Reading::name_columns(Table::Impl& table) {
  index_t columns = drop_trailing(pieces_, layout_, end_, table);
  std::vector<std::string> names = layout_.names, units = layout_.units;
  std::vector<TimeColumn> times = layout_.times;
  if (!names.empty()) names.resize(z(columns));
  if (!options_.columns.empty() && options_.columns.size() == z(columns)) names = options_.columns;
  Record first;
  Cursor cursor = layout_.data;
  read_record(cursor, end_, layout_.dialect, first);
  const std::size_t side = drop_side_columns(layout_.numeric, names, first.fields, columns, table);
  const auto drop_side = [&](auto& of_columns) {
    of_columns.erase(of_columns.begin(), of_columns.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                  side, of_columns.size())));
  };
  drop_side(names);
  drop_side(units);
  drop_side(times);
  side_ = static_cast<index_t>(side);
  columns -= side_;
  finish_table(table, std::move(names), columns, options_, "no header");
  set_units(units, table);
  judge_columns(table);
  finish_times(times, options_, table);
  finish_axis(layout_.axis, layout_.axis_start, layout_.axis_step, table);
  mark_words(options_, table);
  table.storage.fill_padding(static_cast<index_t>(table.names.size()), table.rows);
}

// True if more may follow behind the first block.
bool Reading::read_chunks(Table::Impl& table, const std::vector<std::uint8_t>& as_text) {
  RowRules rules;
  rules.optional_last = layout_.trailing_delimiter || layout_.optional_last;
  rules.join = options_.block == ReadOptions::kAllBlocks;
  // Names that hold numbers come again as rows.
  if (rules.join || std::none_of(layout_.names.begin(), layout_.names.end(),
                                 [](const std::string& n) { return is_number_of_any_notation(n); }))
    rules.header = layout_.header;
  rules.units = layout_.units_text;
  rules.numeric = layout_.numeric;
  rules.times = layout_.times;
  pieces_.results.clear();
  pieces_.results.resize(pieces_.chunks.size());
  run_tasks(threads_, static_cast<index_t>(pieces_.chunks.size()), [&](index_t i) {
    const Chunk& chunk = pieces_.chunks[z(i)];
    pieces_.results[z(i)] = read_chunk(chunk, layout_.dialect, layout_.fields,
                                       table.storage.column(0) + chunk.first_row,
                                       table.storage.stride(), as_text, rules);
  });
  const bool ends_early = end_at_block(pieces_);
  if (!ends_early) leave_out_from(end_at_tail(pieces_, layout_, end_));
  check_faults(pieces_, layout_, source_, end_);
  return ends_early;
}

void Reading::require_numbers_in(const Table::Impl& table) const {
  require_numbers(table, layout_, start_, end_);
}

void Reading::note_total(Table::Impl& table) const {
  const std::string word = word_for_total(layout_, tail_ != nullptr ? tail_ : end_);
  if (word.empty()) return;
  table.notes.push_back("the last row ('" + shortened(word) +
                        "', …) is read like the others; if it sums them up, leave it out with "
                        "--lines :LAST");
}

void Reading::note_blocks(bool ends_early, Table::Impl& table) {
  index_t joined = 0, repeats = 0;
  for (const ChunkResult& result : pieces_.results) {
    joined += result.joined;
    repeats += result.repeats;
  }
  if (repeats > 0) {
    table.notes.push_back((repeats == 1 ? "the line of the names comes again among the rows"
                                        : "the lines of the names come again " +
                                              std::to_string(repeats) + " times among the rows") +
                          std::string(" and is left out there"));
  }
  if (!ends_early && joined == 0) return;
  const std::vector<Block> blocks = find_blocks(layout_, end_);
  if (ends_early && blocks.size() == 1) leave_out_from(blocks.front().end);
  if (ends_early && blocks.size() > 1) table.notes.push_back(note_on_first(blocks));
  if (joined == 0) return;
  table.notes.push_back(
      "the " +
      (blocks.size() > 1 ? described(blocks) : std::to_string(joined + 1) + " blocks of rows") +
      " are joined to one table");
}

// The lines above the rows that are neither names nor units; 0 if options leave them out, or all
// of them are blank or comments.
index_t Reading::lines_above() const {
  if (!is_located_ || options_.first_row_line > 0) return 0;
  const index_t named = (layout_.header_line > 0 ? 1 : 0) + (layout_.units_line > 0 ? 1 : 0);
  return layout_.data.line - start_.line - named;
}

// One note on everything that is no row, and on where the names are.
void Reading::note_place(Table::Impl& table) const {
  const index_t above = lines_above();
  const index_t below = tail_ == nullptr ? 0 : count_lines(tail_, text_end_, layout_.dialect);
  std::string note;
  if (above > 0) note = counted(above, "line") + " before the table";
  if (below > 0) {
    note += above > 0 ? " and " + std::to_string(below) + " after it"
                      : counted(below, "line") + " after the table";
  }
  if (!note.empty()) note += above + below == 1 ? " is left out" : " are left out";
  if (is_located_ && layout_.header_line > 0 && options_.columns.empty())
    note += (note.empty() ? "names from line " : "; names from line ") +
            std::to_string(layout_.header_line);
  if (is_located_ && layout_.units_line > 0)
    note += (note.empty() ? "units from line " : ", units from line ") +
            std::to_string(layout_.units_line);
  if (!note.empty()) table.notes.insert(table.notes.begin(), source_ + ": " + note);
}

}  // namespace nlsq::data
