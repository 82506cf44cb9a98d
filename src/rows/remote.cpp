// SPDX-License-Identifier: MIT
// The way through rows that other processes hold, for what needs all values of a column: runs of
// many leaves at a time, as each is a question to somebody else.
#include <algorithm>
#include <vector>

#include "nlsq/remote_rows.hpp"
#include "rows/leaf_buffer.hpp"

namespace nlsq {
namespace {

constexpr index_t kRowsAhead = 128 * RowSource::kLeafRows;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

class RemoteCursor final : public RowCursor {
 public:
  RemoteCursor(const RemoteRows& source, std::span<const index_t> columns, Walk walk)
      : source_(&source),
        columns_(columns.begin(), columns.end()),
        ahead_(walk == Walk::onward ? kRowsAhead : RowSource::kLeafRows),
        buffer_(rows::widths_of(source, columns)),
        held_(columns.size()) {
    for (const index_t column : columns)
      widths_.push_back(rows::width_of(source.columns()[z(column)]));
  }

  void lease(index_t first, index_t rows, std::span<const void*> to) override {
    if (first < first_ || first + rows > first_ + rows_) fetch(first, rows);
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const auto* const from =
          reinterpret_cast<const char*>(held_[c].data()) + (first - first_) * widths_[c];
      std::copy_n(from, rows * widths_[c], static_cast<char*>(buffer_.columns()[c]));
    }
    buffer_.pad(rows);
    std::copy(buffer_.columns().begin(), buffer_.columns().end(), to.begin());
  }

 private:
  void fetch(index_t first, index_t rows) {
    rows_ = std::max(rows, std::min(ahead_, source_->rows() - first));
    first_ = first;
    std::vector<void*> places;
    for (std::vector<double>& values : held_) {
      values.resize(z(rows_));
      places.push_back(values.data());
    }
    source_->read(first_, rows_, columns_, places);
  }

  const RemoteRows* source_;
  std::vector<index_t> columns_;
  index_t ahead_;
  rows::LeafBuffer buffer_;
  std::vector<std::vector<double>> held_;
  std::vector<index_t> widths_;  // bytes of a value
  index_t first_ = 0, rows_ = 0;
};

}  // namespace

std::unique_ptr<RowCursor> RemoteRows::open(std::span<const index_t> columns, Walk walk) const {
  return std::make_unique<RemoteCursor>(*this, columns, walk);
}

index_t RemoteRows::cursor_bytes(index_t columns) const {
  return rows::LeafBuffer::bytes(columns) + columns * kRowsAhead * 8;
}

}  // namespace nlsq
