// SPDX-License-Identifier: MIT
// Tables from NumPy .npy files: 1-D and 2-D arrays of numbers in either order, and 1-D records of
// numbers.
#pragma once

#include <string>
#include <string_view>

#include "data/npy_header.hpp"
#include "nlsq/table.hpp"

namespace nlsq::data {

Table read_npy(std::string_view bytes, const std::string& source, const ReadOptions& options);

}  // namespace nlsq::data
