// SPDX-License-Identifier: MIT
#include "columns/row_order.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace nlsq::fit_impl {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Compares rows by all axes, beginning with `first`.
class Less {
 public:
  Less(Axes axes, std::size_t first) : axes_(axes), first_(first) {}

  int compare(index_t a, index_t b) const {
    for (std::size_t k = 0; k < axes_.size(); ++k) {
      const std::vector<double>& x = axes_[(first_ + k) % axes_.size()];
      if (x[z(a)] != x[z(b)]) return x[z(a)] < x[z(b)] ? -1 : 1;
    }
    return 0;
  }
  bool operator()(index_t a, index_t b) const { return compare(a, b) < 0; }

 private:
  Axes axes_;
  std::size_t first_;
};

// Rows by buckets of equal width of one axis.
std::vector<index_t> in_buckets(const std::vector<double>& x) {
  const std::size_t m = x.size(), buckets = 2 * m;
  const auto ends = std::minmax_element(x.begin(), x.end());
  const double low = *ends.first, scale = static_cast<double>(buckets - 1) / (*ends.second - low);
  std::vector<index_t> rows(m);
  if (!std::isfinite(scale)) {
    for (std::size_t i = 0; i < m; ++i) rows[i] = static_cast<index_t>(i);
    return rows;
  }
  const auto bucket = [&](std::size_t i) { return static_cast<std::size_t>((x[i] - low) * scale); };
  std::vector<index_t> starts(buckets + 1, 0);
  for (std::size_t i = 0; i < m; ++i) ++starts[bucket(i) + 1];
  for (std::size_t b = 1; b <= buckets; ++b) starts[b] += starts[b - 1];
  for (std::size_t i = 0; i < m; ++i) rows[z(starts[bucket(i)]++)] = static_cast<index_t>(i);
  return rows;
}

// Insertion, which what is nearly sorted takes few moves for; else a sort.
void finish(std::vector<index_t>& rows, const Less& less) {
  std::size_t moves = 8 * rows.size();
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const index_t row = rows[i];
    std::size_t at = i;
    for (; at > 0 && moves > 0 && less(row, rows[at - 1]); --at, --moves) rows[at] = rows[at - 1];
    rows[at] = row;
    if (moves == 0) return std::stable_sort(rows.begin(), rows.end(), less);
  }
}

}  // namespace

RowOrder order_by(Axes axes, std::size_t first) {
  RowOrder order;
  if (axes.empty() || axes[first].empty()) return order;
  const Less less(axes, first);
  order.rows = in_buckets(axes[first]);
  finish(order.rows, less);
  order.ends.reserve(order.rows.size());
  for (std::size_t i = 1; i < order.rows.size(); ++i) {
    if (less.compare(order.rows[i - 1], order.rows[i]) != 0)
      order.ends.push_back(static_cast<index_t>(i));
  }
  order.ends.push_back(static_cast<index_t>(order.rows.size()));
  return order;
}

}  // namespace nlsq::fit_impl
