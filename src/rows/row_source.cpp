// SPDX-License-Identifier: MIT
// What sources have in common: their columns by name, and a cursor that reads into buffers.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/nearest.hpp"
#include "nlsq/error.hpp"
#include "nlsq/rows.hpp"
#include "rows/leaf_buffer.hpp"

namespace nlsq {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

class BufferedCursor final : public RowCursor {
 public:
  BufferedCursor(const RowSource& source, std::span<const index_t> columns)
      : source_(&source),
        columns_(columns.begin(), columns.end()),
        buffer_(rows::widths_of(source, columns)) {}

  void lease(index_t first, index_t rows, std::span<const void*> to) override {
    source_->read(first, rows, columns_, buffer_.columns());
    buffer_.pad(rows);
    std::copy(buffer_.columns().begin(), buffer_.columns().end(), to.begin());
  }

 private:
  const RowSource* source_;
  std::vector<index_t> columns_;
  rows::LeafBuffer buffer_;
};

}  // namespace

RowSource::~RowSource() = default;

void RowSource::set(index_t rows, std::vector<SourceColumn> columns) {
  rows_ = rows;
  columns_ = std::move(columns);
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    columns_[c].source = this;
    columns_[c].index = static_cast<index_t>(c);
  }
}

const SourceColumn& RowSource::column(std::string_view name) const {
  for (const SourceColumn& column : columns_) {
    if (column.name == name) return column;
  }
  std::vector<std::string> names;
  for (const SourceColumn& column : columns_) names.push_back(column.name);
  throw InputError("data", fmt::format("data: no column named '{}'{}; there is {}", name,
                                       base::did_you_mean(std::string(name), names),
                                       names.empty() ? "none" : base::quoted_list(names)));
}

std::string RowSource::place(index_t row) const { return fmt::format("row {}", row + 1); }

std::unique_ptr<RowCursor> RowSource::open(std::span<const index_t> columns, Walk) const {
  return std::make_unique<BufferedCursor>(*this, columns);
}

index_t RowSource::cursor_bytes(index_t columns) const { return rows::LeafBuffer::bytes(columns); }

void RowSource::gather(std::span<const index_t> firsts, index_t width,
                       std::span<const index_t> columns, std::span<void* const> to) const {
  std::vector<void*> at(to.begin(), to.end());
  for (const index_t first : firsts) {
    read(first, width, columns, at);
    for (std::size_t c = 0; c < at.size(); ++c)
      at[c] = static_cast<char*>(at[c]) + width * rows::width_of(columns_[z(columns[c])]);
  }
}

}  // namespace nlsq
