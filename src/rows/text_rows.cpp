// SPDX-License-Identifier: MIT
// Blocks of whole lines are taken from the bytes one after another, parsed by whoever took them,
// and written in their order.
#include "rows/text_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/nearest.hpp"
#include "data/parallel.hpp"
#include "data/text_stream.hpp"
#include "nlsq/error.hpp"

namespace nlsq::rows {
namespace {

constexpr index_t kHead = 1 << 20;   // bytes that the layout is read off
constexpr index_t kBlock = 4 << 20;  // bytes parsed at once

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

/// Blocks that end behind a line.
class Blocks {
 public:
  explicit Blocks(ByteStream& bytes) : bytes_(&bytes) {}

  /// Fills `block` with about `size` bytes; false at the end.
  bool next(std::string& block, index_t size) {
    block.swap(rest_);
    rest_.clear();
    for (index_t wanted = size;; wanted = size) {
      const std::size_t before = block.size();
      block.resize(before + z(wanted));
      index_t got = 0;
      while (got < wanted) {
        const index_t count = bytes_->read(block.data() + before + got, wanted - got);
        if (count == 0) break;
        got += count;
      }
      block.resize(before + z(got));
      if (got < wanted) return !block.empty();
      const std::size_t end = block.rfind('\n');
      if (end == std::string::npos) continue;  // a line longer than a block
      rest_.assign(block, end + 1, std::string::npos);
      block.resize(end + 1);
      return true;
    }
  }

 private:
  ByteStream* bytes_;
  std::string rest_;
};

class Spilling {
 public:
  Spilling(const data::TextStream& text, const std::string& path, const RowFileOptions& options,
           Blocks& blocks, RowSpill& spill, OpenedRows& opened)
      : text_(&text),
        path_(&path),
        options_(&options),
        blocks_(&blocks),
        spill_(&spill),
        opened_(&opened) {
    for (const std::string& name : options.used) {
      const index_t column = text.head().find(name);
      if (column < 0) {
        throw DataError(path, 0,
                        fmt::format("there is no column '{}'; the columns are {}", name,
                                    base::quoted_list(text.head().names())));
      }
      static_cast<void>(text.head().values(column));  // says what is wrong with text
      if (text.is_time(column)) refuse_times(name);
      columns_.push_back(column);
    }
    line_ = text.first_line();
  }

  void run() {
    const int threads = data::thread_count(options_->read.threads);
    std::vector<std::thread> helpers;
    for (int t = 1; t < threads; ++t) {
      try {
        helpers.emplace_back([this] { work(); });
      } catch (const std::system_error&) {
        break;  // those that there are do it
      }
    }
    work();
    for (std::thread& helper : helpers) helper.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  [[noreturn]] void refuse_times(const std::string& name) const {
    throw DataError(*path_, 0,
                    fmt::format("column '{}' holds times, which are counted from the first in "
                                "memory alone; give more memory, or write them as numbers",
                                name));
  }

  void work() {
    std::string block;
    data::TextStream::Piece piece;
    for (;;) {
      index_t number = 0;
      std::string_view lines;
      std::exception_ptr error;
      {
        const std::lock_guard lock(reading_);
        if (is_over_) return;
        number = taken_++;
        try {
          if (number == 0) {
            lines = text_->first_piece();
          } else if (blocks_->next(block, kBlock)) {
            lines = block;
          } else {
            is_over_ = true;
            return;
          }
        } catch (...) {
          is_over_ = true;
          error = std::current_exception();
        }
      }
      if (!error) parse(lines, piece, error);
      std::unique_lock lock(writing_);
      turn_.wait(lock, [&] { return written_ == number || error_; });
      if (error_) return;
      try {
        if (error) std::rethrow_exception(error);
        write(piece);
      } catch (...) {
        error_ = std::current_exception();
      }
      ++written_;
      turn_.notify_all();
      if (!error_) continue;
      const std::lock_guard end(reading_);
      is_over_ = true;
      return;
    }
  }

  void parse(std::string_view lines, data::TextStream::Piece& piece, std::exception_ptr& error) {
    try {
      text_->parse(lines, piece);
    } catch (...) {
      error = std::current_exception();
    }
  }

  // Leaves out rows with missing values where that is asked for, or where a word marks them.
  void write(data::TextStream::Piece& piece) {
    text_->check(piece, line_, columns_);
    const index_t lines = piece.lines;
    std::vector<double*> places;
    for (const index_t column : columns_) places.push_back(piece.column(text_->field(column)));
    index_t kept = piece.rows;
    if (std::any_of(places.begin(), places.end(), [&](const double* values) {
          return std::any_of(values, values + piece.rows, [](double v) { return std::isnan(v); });
        }))
      kept = leave_out_missing(piece, places);
    spill_->append({const_cast<const double* const*>(places.data()), places.size()}, kept);
    line_ += lines;
  }

  index_t leave_out_missing(const data::TextStream::Piece& piece,
                            const std::vector<double*>& places) {
    index_t kept = 0;
    for (index_t i = 0; i < piece.rows; ++i) {
      const bool is_marked = options_->missing == Missing::raise && options_->omit_marked &&
                             std::any_of(places.begin(), places.end(), [&](const double* values) {
                               return is_marked_missing(values[i]);
                             });
      bool is_complete = !is_marked;
      for (std::size_t c = 0; c < places.size() && !is_marked; ++c) {
        if (!std::isnan(places[c][i])) continue;
        is_complete = false;
        if (options_->missing == Missing::omit) continue;
        throw DataError(*path_, data::TextStream::line_of(piece, i, line_),
                        fmt::format("'{}' is missing here; --missing omit leaves such rows out",
                                    options_->used[c]));
      }
      if (is_marked && opened_->marked++ == 0) {
        opened_->first_marked =
            fmt::format("{}:{}", *path_, data::TextStream::line_of(piece, i, line_));
      }
      if (!is_complete) continue;
      for (double* const values : places) values[kept] = values[i];
      ++kept;
    }
    opened_->omitted += piece.rows - kept;
    return kept;
  }

  const data::TextStream* text_;
  const std::string* path_;
  const RowFileOptions* options_;
  Blocks* blocks_;
  RowSpill* spill_;
  OpenedRows* opened_;
  std::vector<index_t> columns_;
  std::mutex reading_, writing_;
  std::condition_variable turn_;
  index_t taken_ = 0, written_ = 0;
  bool is_over_ = false;
  std::exception_ptr error_;
  index_t line_ = 1;
};

}  // namespace

Table text_head(ByteStream& bytes, const std::string& path, const RowFileOptions& options) {
  Blocks blocks(bytes);
  std::string head;
  blocks.next(head, kHead);
  data::TextStream text(head, path, options.read);
  return text.take_head();
}

void spill_text(ByteStream& bytes, const std::string& path, const RowFileOptions& options,
                RowSpill& spill, OpenedRows& opened) {
  Blocks blocks(bytes);
  std::string head;
  if (!blocks.next(head, kHead)) throw DataError(path, 0, "this file is empty");
  const data::TextStream text(head, path, options.read);
  Spilling(text, path, options, blocks, spill, opened).run();
}

}  // namespace nlsq::rows
