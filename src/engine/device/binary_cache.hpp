// SPDX-License-Identifier: MIT
// Binaries of device programs on disk: one file an entry under $XDG_CACHE_HOME/nlsq (else
// ~/.cache/nlsq), named by a hash of its key, which it holds, so that a collision is no hit.
// Written under a temporary name and renamed; checked by a sum when read. Nothing here throws: what
// cannot be read or written is as if it were not there.
#pragma once

#include <string>

#include "nlsq/types.hpp"

namespace nlsq::engine::device {

class BinaryCache {
 public:
  static constexpr index_t kMostBytes = index_t{256} << 20;  ///< of all entries together

  /// Of the user, by the environment; a cache without a folder where that names none.
  static BinaryCache of_user();
  explicit BinaryCache(std::string folder, index_t most_bytes = kMostBytes)
      : folder_(std::move(folder)), most_bytes_(most_bytes) {}

  const std::string& folder() const { return folder_; }
  /// Empty where there is none, or one that is not whole; that is removed, and said at debug level.
  std::string find(const std::string& key) const;
  /// Then removes the entries that were not used for longest until the rest are within the limit.
  void store(const std::string& key, const std::string& binary) const;
  void forget(const std::string& key) const;

  struct Size {
    index_t entries = 0, bytes = 0;
  };
  Size size() const;
  /// Removes all entries, and what a process left that ended while it wrote. Returns what was
  /// there.
  Size clear() const;

 private:
  std::string path_of(const std::string& key) const;
  void keep_within_limit() const;

  std::string folder_;
  index_t most_bytes_;
};

}  // namespace nlsq::engine::device
