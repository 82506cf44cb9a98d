// SPDX-License-Identifier: MIT
// Tables from NumPy .npy files: 1-D and 2-D arrays of numbers in either order, and 1-D records of
// numbers.
#pragma once

#include <string>
#include <string_view>

#include "data/npy_header.hpp"
#include "nlsq/table.hpp"
#include "nlsq/types.hpp"

namespace nlsq::data {

Table read_npy(std::string_view bytes, const std::string& source, const ReadOptions& options);

/// Bytes of an item such as "<f8" or "<U3". Throws DataError for a type that is not known.
index_t npy_item_size(const std::string& dtype, const std::string& source);

/// The length of an array of one dimension. Throws DataError if it is none, or is cut off.
index_t npy_array_rows(const NpyHeader& header, const std::string& source);

/// Its values; NaN and false if they are no numbers.
bool read_npy_array(const NpyHeader& header, double* to);

}  // namespace nlsq::data
