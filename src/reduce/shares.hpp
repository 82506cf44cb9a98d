// SPDX-License-Identifier: MIT
// Who takes which unit of a pass: each worker its own run of them, pass after pass the same, so
// that it finds in its caches what it has read before; then what others have left, from the end of
// theirs. What comes out does not depend on it.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::reduce {

class Shares {
 public:
  /// Bytes that the shares of so many workers allocate.
  static index_t bytes(int workers) { return workers * static_cast<index_t>(sizeof(Share)); }

  /// Deals units 0 … units−1, fewer than 2³¹, to the workers; nobody takes any meanwhile.
  void deal(int workers, index_t units) {
    if (shares_.size() != static_cast<std::size_t>(workers))
      shares_ = std::vector<Share>(static_cast<std::size_t>(workers));
    for (int w = 0; w < workers; ++w) {
      const auto first = static_cast<std::uint64_t>(units * w / workers);
      const auto end = static_cast<std::uint64_t>(units * (w + 1) / workers);
      shares_[static_cast<std::size_t>(w)].left.store(end * kEnd + first,
                                                      std::memory_order_relaxed);
    }
  }

  /// A unit that nobody has taken; −1 when there is none.
  index_t take(int worker) {
    const std::size_t count = shares_.size();
    for (std::size_t k = 0; k < count; ++k) {
      std::atomic<std::uint64_t>& left =
          shares_[(static_cast<std::size_t>(worker) + k) % count].left;
      std::uint64_t seen = left.load(std::memory_order_relaxed);
      while (seen % kEnd < seen / kEnd) {
        const std::uint64_t rest = k == 0 ? seen + 1 : seen - kEnd;
        if (!left.compare_exchange_weak(seen, rest, std::memory_order_relaxed)) continue;
        return static_cast<index_t>(k == 0 ? seen % kEnd : seen / kEnd - 1);
      }
    }
    return -1;
  }

 private:
  static constexpr std::uint64_t kEnd = std::uint64_t{1} << 32;
  struct alignas(64) Share {
    std::atomic<std::uint64_t> left{0};  // first + end · kEnd
  };
  std::vector<Share> shares_;
};

}  // namespace nlsq::reduce
