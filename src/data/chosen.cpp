// SPDX-License-Identifier: MIT
#include "data/chosen.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include "data/blocks.hpp"
#include "data/fault.hpp"
#include "data/header.hpp"
#include "data/sample.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

std::size_t z(std::ptrdiff_t i) { return static_cast<std::size_t>(i); }

}  // namespace

void choose_block(Layout& layout, const char*& end, const std::string& source,
                  const ReadOptions& options) {
  const std::vector<Block> blocks = find_blocks(layout, end);
  if (options.block > static_cast<index_t>(blocks.size())) {
    TableFault fault;
    fault.message = "there is no block " + std::to_string(options.block) + "; the file holds " +
                    described(blocks);
    throw fault;
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

Layout layout_of_rows(const Cursor& start, const char* end, const std::string& source,
                      const ReadOptions& options) {
  Cursor first = start;
  skip_lines(first, end, options.first_row_line - start.line);
  Located located;
  located.dialect = find_dialect(first, end, options);
  Record record;
  Cursor cursor = first;
  if (first.p == end || !read_record(cursor, end, located.dialect, record)) {
    throw DataError(
        source, 0,
        "there are no rows in the lines from " + std::to_string(options.first_row_line) + " on");
  }
  located.begin = record.at;
  located.end = end;
  located.fields =
      record.fields.size() - (record.fields.size() > 1 && record.fields.back().empty() ? 1 : 0);
  located.above = find_names_above(start, first, end, located.fields, located.dialect);
  return layout_of(located, options);
}

void set_header(const Cursor& start, const char* end, const std::string& source,
                const ReadOptions& options, Layout& layout) {
  layout.names.clear();
  layout.has_header = false;
  layout.header_line = options.header_line;
  layout.header = {};
  if (options.header_line == 0) return;
  Cursor at = start;
  skip_lines(at, end, options.header_line - start.line);
  if (options.header_line < start.line || at.p == end || at.p >= layout.data.p) {
    throw DataError(source, options.header_line,
                    "this is to be the line of the names, but the rows begin at line " +
                        std::to_string(layout.data.line));
  }
  const std::string_view line(at.p, z(find_line_end(at.p, end) - at.p));
  const auto columns = z(layout.fields - (layout.trailing_delimiter ? 1 : 0));
  layout.names = names_in(line, columns, layout.dialect);
  if (layout.names.size() != columns) {
    throw DataError(source, options.header_line,
                    "this line does not name the " + counted(layout.fields, "column") +
                        " of the rows ('" + shortened(line) + "'); name them with --columns");
  }
  layout.has_header = true;
  layout.header = line;
}

}  // namespace nlsq::data
