// SPDX-License-Identifier: MIT
// What a pass on a device sums over all rows: products of two values of the row.
#pragma once

#include <cstdint>
#include <vector>

#include "program/program.hpp"

namespace nlsq::engine::device {

/// A value of a row.
struct RowValue {
  enum class Kind : std::uint8_t {
    one,         ///< 1
    operand,     ///< a
    product,     ///< a·b
    combination  ///< Σ coefficient[at + i]·value[first + i], i < count
  };
  Kind kind = Kind::one;
  program::Operand a{}, b{};
  index_t first = 0, count = 0, at = 0;
};

/// Sum k is that of value[sums[k].a]·value[sums[k].b].
struct RowSum {
  index_t a = 0, b = 0;
};

struct RowSums {
  std::vector<RowValue> values;
  std::vector<RowSum> sums;
  index_t coefficients = 0;  ///< of the combinations, given with each pass
};

}  // namespace nlsq::engine::device
