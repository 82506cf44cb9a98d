// SPDX-License-Identifier: MIT
#include "data/blocks.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "data/chunk.hpp"
#include "data/header.hpp"

namespace nlsq::data {
namespace {

constexpr std::size_t kMostListed = 4;

class Survey {
 public:
  Survey(const Layout& layout, const char* end)
      : layout_(layout),
        end_(end),
        quotes_(std::memchr(layout.data.p, '"', static_cast<std::size_t>(end - layout.data.p)) !=
                nullptr),
        cursor_(layout.data) {}

  std::vector<Block> run() {
    begin(cursor_);
    for (;;) {
      const Cursor behind_row = cursor_;
      const Gap gap = skip_gap(cursor_, end_, layout_.dialect);
      if (skip_blanks(cursor_.p, end_, layout_.dialect.delimiter) == end_) break;
      // The first row of the layout is one, whatever it holds.
      const bool may_be_marker = (block_.rows == 0 && !is_first_) || gap.has_blank;
      const bool marker = !is_first_ && may_be_marker && stands_marker();
      is_first_ = false;
      if (block_.rows > 0 && gap.has_blank && (gap.separates || marker)) {
        finish(behind_row);
        begin(behind_row);
      }
      pass_row(marker);
    }
    finish(cursor_);
    return std::move(blocks_);
  }

 private:
  void begin(Cursor at) {
    block_ = Block{};
    block_.begin = at;
  }
  void finish(Cursor at) {
    block_.end = at.p;
    if (block_.rows > 0) blocks_.push_back(block_);
  }
  bool stands_marker() const {
    Record record;
    Cursor at = cursor_;
    return read_record(at, end_, layout_.dialect, record) &&
           is_marker(record, layout_.dialect, layout_.numeric);
  }
  void pass_row(bool is_marker) {
    if (!is_marker) {
      if (block_.rows++ == 0) block_.first_line = cursor_.line;
      block_.last_line = cursor_.line;
    }
    Record record;
    if (quotes_)
      read_record(cursor_, end_, layout_.dialect, record);
    else
      skip_one_line();
  }
  void skip_one_line() {
    cursor_.p = next_line(cursor_.p, end_);
    ++cursor_.line;
  }

  const Layout& layout_;
  const char* end_;
  bool quotes_;
  Cursor cursor_;
  bool is_first_ = true;
  Block block_;
  std::vector<Block> blocks_;
};

}  // namespace

std::vector<Block> find_blocks(const Layout& layout, const char* end) {
  return Survey(layout, end).run();
}

std::string described(const std::vector<Block>& blocks) {
  std::string out = counted(static_cast<index_t>(blocks.size()), "block") + " of rows (";
  for (std::size_t i = 0; i < std::min(blocks.size(), kMostListed); ++i) {
    const bool is_last = i + 1 == blocks.size();
    out += (i == 0 ? "" : is_last ? " and " : ", ") + std::to_string(blocks[i].rows);
  }
  if (blocks.size() > kMostListed) out += ", …";
  return out + (blocks.size() == 1 && blocks[0].rows == 1 ? " row)" : " rows)");
}

std::string note_on_first(const std::vector<Block>& blocks) {
  const Block& first = blocks.front();
  const std::string lines =
      "lines " + std::to_string(first.first_line) + " to " + std::to_string(first.last_line);
  if (blocks.size() == 1) {
    return "the rows end at line " + std::to_string(first.last_line) +
           "; what follows a blank line there holds no rows and is not read";
  }
  return "the file holds " + described(blocks) + ", set apart by blank lines; the first is read, " +
         lines + " (--block K reads another, --block all joins them)";
}

}  // namespace nlsq::data
