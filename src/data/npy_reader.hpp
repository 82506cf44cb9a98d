// SPDX-License-Identifier: MIT
// Tables from NumPy .npy files: 1-D and 2-D arrays of numbers in either order, and 1-D records of
// numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/npy_header.hpp"
#include "nlsq/table.hpp"
#include "nlsq/types.hpp"

namespace nlsq::data {

/// One column of an array: where its numbers are and how they are read.
struct NpyColumn {
  using Convert = void (*)(const char* from, index_t step, index_t rows, double* to);
  std::string name;
  std::string dtype;
  Convert convert = nullptr;
  index_t offset = 0;  ///< of its first value behind the header
  index_t step = 0;    ///< bytes from one value to the next
  bool is_number() const;
  bool is_native_double() const;
};

struct NpyArray {
  index_t rows = 0;
  std::vector<NpyColumn> columns;
  index_t bytes = 0;
};

/// The columns of an array whose header is followed by `body` bytes. Throws DataError if it is no
/// table, has no rows or is cut off.
NpyArray plan_npy(const NpyHeader& header, index_t body, const std::string& source);

/// How values of a dtype such as "<f8" are read; null if they are no real numbers.
NpyColumn::Convert npy_convert(const std::string& dtype);

Table read_npy(std::string_view bytes, const std::string& source, const ReadOptions& options);

/// Bytes of an item such as "<f8" or "<U3". Throws DataError for a type that is not known.
index_t npy_item_size(const std::string& dtype, const std::string& source);

/// The length of an array of one dimension. Throws DataError if it is none, or is cut off.
index_t npy_array_rows(const NpyHeader& header, const std::string& source);

/// Its values; NaN and false if they are no numbers.
bool read_npy_array(const NpyHeader& header, double* to);

}  // namespace nlsq::data
