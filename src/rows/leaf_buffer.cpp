// SPDX-License-Identifier: MIT
#include "rows/leaf_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace nlsq::rows {
namespace {

constexpr index_t kVector = 16;  // rows that the engine reads at once, at most

index_t round_up(index_t n, index_t unit) { return (n + unit - 1) / unit * unit; }

template <class T>
void pad_column(void* column, index_t rows) {
  T* const values = static_cast<T*>(column);
  std::fill(values + rows, values + round_up(rows, kVector), values[rows - 1]);
}

}  // namespace

std::vector<index_t> widths_of(const RowSource& source, std::span<const index_t> columns) {
  std::vector<index_t> widths;
  for (const index_t c : columns)
    widths.push_back(width_of(source.columns()[static_cast<std::size_t>(c)]));
  return widths;
}

LeafBuffer::LeafBuffer(std::vector<index_t> widths, index_t rows) : widths_(std::move(widths)) {
  index_t bytes = kAlign;
  for (const index_t width : widths_) bytes += round_up(rows * width, kAlign);
  memory_.reset(std::aligned_alloc(static_cast<std::size_t>(kAlign),
                                   static_cast<std::size_t>(round_up(bytes, kAlign))));
  if (memory_ == nullptr) throw std::bad_alloc();
  char* at = static_cast<char*>(memory_.get());
  for (const index_t width : widths_) {
    columns_.push_back(at);
    at += round_up(rows * width, kAlign);
  }
}

void LeafBuffer::pad(index_t rows) {
  if (rows % kVector == 0) return;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (widths_[c] == 4) {
      pad_column<float>(columns_[c], rows);
    } else {
      pad_column<double>(columns_[c], rows);
    }
  }
}

}  // namespace nlsq::rows
