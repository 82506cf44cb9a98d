// SPDX-License-Identifier: MIT
// What tells whether bytes that are read again are those of the first time: a sum of each leaf,
// kept by whoever reads it first.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::rows {

/// Fletcher's checksum over 64-bit words in eight interleaved streams, so that a change of a value
/// and of their order counts. The caller adds pieces of a leaf in order.
class ByteSum {
 public:
  void add(const void* bytes, index_t size);
  /// Never 0.
  std::uint64_t value() const;

 private:
  static constexpr int kStreams = 8;
  std::uint64_t sums_[kStreams] = {}, sums_of_sums_[kStreams] = {};
};

class LeafSums {
 public:
  explicit LeafSums(index_t leaves) : sums_(static_cast<std::size_t>(leaves)) {}
  /// False if the leaf had another sum before.
  bool agrees(index_t leaf, std::uint64_t sum) const {
    std::uint64_t before = 0;
    return sums_[static_cast<std::size_t>(leaf)].compare_exchange_strong(before, sum) ||
           before == sum;
  }
  static index_t bytes(index_t leaves) { return leaves * 8; }

 private:
  mutable std::vector<std::atomic<std::uint64_t>> sums_;
};

}  // namespace nlsq::rows
