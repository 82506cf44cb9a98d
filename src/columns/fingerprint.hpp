// SPDX-License-Identifier: MIT
// What tells an array from one that was changed since: a number for each leaf, found whenever the
// leaf is in the cache, and one of all leaves.
#pragma once

#include <cstdint>
#include <vector>

#include "nlsq/data.hpp"

namespace nlsq::fit_impl {

class Fingerprints {
 public:
  /// Of `bytes` bytes in leaves of `leaf_bytes`.
  Fingerprints(const void* data, index_t bytes, index_t leaf_bytes);
  /// Of a column, in leaves of rows.
  explicit Fingerprints(const Values& column);

  const void* data() const { return data_; }
  index_t bytes() const { return bytes_; }
  index_t leaves() const { return static_cast<index_t>(leaves_.size()); }
  /// Reads one leaf; several at a time on several threads.
  void add(index_t leaf);
  /// Once every leaf was added.
  std::uint64_t value() const;

 private:
  const void* data_;
  index_t bytes_, leaf_bytes_;
  std::vector<std::uint64_t> leaves_;
};

}  // namespace nlsq::fit_impl
