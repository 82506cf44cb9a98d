// SPDX-License-Identifier: MIT
// The index type of every count and position in nlsq.
#pragma once

#include <cstdint>

namespace nlsq {

/// Signed 64-bit: counts of rows, parameters, data sets and positions in arrays.
using index_t = std::int64_t;

}  // namespace nlsq
