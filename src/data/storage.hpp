// SPDX-License-Identifier: MIT
// The memory of a table's columns: one block of doubles, each column aligned to 64 bytes and
// followed by at least 16 readable doubles, not filled with zeros first (on a large table that
// would cost a pass).
#pragma once

#include <cstddef>
#include <memory>

#include "nlsq/types.hpp"

namespace nlsq::data {

class Storage {
 public:
  static constexpr index_t kPadding = 16;

  Storage() = default;
  /// Room for `columns` columns of up to `rows` rows; the values are indeterminate.
  Storage(index_t columns, index_t rows);

  double* column(index_t j) { return block_.get() + j * stride_; }
  const double* column(index_t j) const { return block_.get() + j * stride_; }
  /// Doubles from one column to the next.
  index_t stride() const { return stride_; }
  /// Repeats the value of row `rows − 1` (rows ≥ 1) in the padding behind each of `columns`
  /// columns.
  void fill_padding(index_t columns, index_t rows);

 private:
  struct Free {
    void operator()(double* block) const;
  };
  std::unique_ptr<double[], Free> block_;
  index_t stride_ = 0;
};

}  // namespace nlsq::data
