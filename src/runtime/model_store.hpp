// SPDX-License-Identifier: MIT
// Models by their canonical bytes, the least recently used leaving first. Not thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "expr/model.hpp"

namespace nlsq::fit_impl {

using ImplPtr = std::shared_ptr<const expr::ModelImpl>;

/// 128 bits of XXH3.
struct ModelKey {
  std::uint64_t low = 0, high = 0;
  bool operator==(const ModelKey&) const = default;
};
ModelKey key_of_bytes(const std::string& bytes);

/// One graph. Its variants differ in formula, response or notes and share their programs.
struct ModelEntry {
  ModelKey key;
  std::string bytes;
  std::vector<ImplPtr> variants;
};

class ModelStore {
 public:
  using Entries = std::list<ModelEntry>;

  /// The entry with these bytes, now the most recently used; null if there is none. Equal keys of
  /// different bytes do no harm.
  ModelEntry* find(const ModelKey& key, const std::string& bytes);
  /// Adds an entry that is not there.
  void insert(ModelEntry entry);
  /// Takes out what exceeds `most`, for the caller to destroy.
  Entries shrink(std::size_t most);
  std::size_t size() const { return used_.size(); }

 private:
  struct Hash {
    std::size_t operator()(const ModelKey& key) const { return key.low; }
  };
  Entries used_;  // the most recently used first
  std::unordered_multimap<ModelKey, Entries::iterator, Hash> places_;
};

}  // namespace nlsq::fit_impl
