// SPDX-License-Identifier: MIT
// The tree over the leaves of a pass that is made in their order.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "reduce/fold.hpp"

namespace nlsq::reduce {

/// Merges results in the order of their index: equal subtrees as soon as there are two (a binary
/// counter), what is left at the end from the right.
class MergeStack {
 public:
  MergeStack(const Fold& fold, double* storage) : fold_(fold), storage_(storage) {}

  /// Where to write the next result before push().
  double* next() { return storage_ + count_ * fold_.size(); }

  void push() {
    ++count_;
    for (index_t bits = ++pushed_; (bits & 1) == 0; bits >>= 1) merge_top();
  }

  /// Merges everything into the first place.
  double* finish() {
    while (count_ > 1) merge_top();
    return storage_;
  }

 private:
  void merge_top() {
    --count_;
    fold_.merge(storage_ + (count_ - 1) * fold_.size(), storage_ + count_ * fold_.size());
  }

  const Fold& fold_;
  double* storage_;
  index_t count_ = 0;
  index_t pushed_ = 0;
};

/// Results that a merge stack of `count` of them holds at once: a binary counter, and the next one.
inline std::size_t stack_depth(index_t count) {
  return static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(count))) + 1;
}

}  // namespace nlsq::reduce
