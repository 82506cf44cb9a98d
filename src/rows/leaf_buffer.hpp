// SPDX-License-Identifier: MIT
// Room for a leaf of some columns, aligned as the engine reads it.
#pragma once

#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "nlsq/rows.hpp"

namespace nlsq::rows {

/// Bytes of a value.
inline index_t width_of(const SourceColumn& column) { return column.float32 ? 4 : 8; }
std::vector<index_t> widths_of(const RowSource& source, std::span<const index_t> columns);

class LeafBuffer {
 public:
  static constexpr index_t kAlign = 64;

  /// One column a width, which is its bytes a value; `rows` of them, a multiple of 16.
  explicit LeafBuffer(std::vector<index_t> widths, index_t rows = RowSource::kLeafRows);
  /// Where each column's values are.
  std::span<void* const> columns() const { return columns_; }
  /// Repeats the last of `rows` values to a multiple of 16.
  void pad(index_t rows);
  /// Bytes that one of so many columns of float64 allocates.
  static index_t bytes(index_t columns, index_t rows = RowSource::kLeafRows) {
    return columns * (rows * 8 + 16) + kAlign;
  }

 private:
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  std::vector<index_t> widths_;
  std::unique_ptr<void, Free> memory_;
  std::vector<void*> columns_;
};

}  // namespace nlsq::rows
