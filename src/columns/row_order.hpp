// SPDX-License-Identifier: MIT
// Rows in the order of their columns: an axis first, the others in turn where it is the same, so
// that the rows of a grid are neighbours along each of its axes in one of the orders. Sorting takes
// place in buckets, about O(m) for values that are spread, O(m log m) for any.
#pragma once

#include <span>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::fit_impl {

/// Values of each column, all of the same number of rows.
using Axes = std::span<const std::vector<double>>;

struct RowOrder {
  std::vector<index_t> rows;  ///< in their order
  std::vector<index_t> ends;  ///< of groups of rows with the same values
  bool has_ties() const { return ends.size() < rows.size(); }
};

RowOrder order_by(Axes axes, std::size_t first);

}  // namespace nlsq::fit_impl
