// SPDX-License-Identifier: MIT
// Results of runs of leaves that several processes found, merged in the order in which one process
// would have merged them: a tree whose left half is the largest power of two below the number of
// its leaves. Each run of leaves is made of subtrees of it, at most 2·log₂ of their number.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "reduce/fold.hpp"

namespace nlsq::reduce {

/// Calls visit(first, end) for the subtrees that leaves first … end−1 are made of, in order.
template <class Visit>
void for_each_subtree(index_t first, index_t end, const Visit& visit) {
  while (first < end) {
    auto size = static_cast<index_t>(std::bit_floor(static_cast<std::uint64_t>(end - first)));
    if (first != 0) size = std::min(size, first & -first);
    visit(first, first + size);
    first += size;
  }
}

class MergeForest {
 public:
  explicit MergeForest(const Fold& fold) : fold_(&fold) {}
  /// Takes the result of leaves first … end−1, a subtree.
  void add(index_t first, index_t end, std::span<const double> result) {
    nodes_[first] = {end, {result.begin(), result.end()}};
  }
  /// The result of leaves 0 … leaves−1; empty where some are missing or came twice.
  std::span<const double> root(index_t leaves) {
    if (nodes_.empty() || nodes_.rbegin()->second.end != leaves) return {};
    return merge(0, leaves);
  }

 private:
  struct Node {
    index_t end = 0;
    std::vector<double> result;
  };

  std::span<double> merge(index_t first, index_t end) {
    const auto node = nodes_.find(first);
    if (node == nodes_.end() || node->second.end > end) return {};
    if (node->second.end == end) return node->second.result;
    const auto half =
        static_cast<index_t>(std::bit_floor(static_cast<std::uint64_t>(end - first - 1)));
    if (node->second.end > first + half) return {};
    const std::span<double> left = merge(first, first + half);
    const std::span<double> right = merge(first + half, end);
    if (left.empty() || right.empty()) return {};
    fold_->merge(left.data(), right.data());
    return left;
  }

  const Fold* fold_;
  std::map<index_t, Node> nodes_;
};

}  // namespace nlsq::reduce
