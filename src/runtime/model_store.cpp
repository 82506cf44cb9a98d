// SPDX-License-Identifier: MIT
// A list in order of use and a table into it; a find moves list nodes and allocates nothing.
#include "runtime/model_store.hpp"

#include <iterator>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace nlsq::fit_impl {

ModelKey key_of_bytes(const std::string& bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

ModelEntry* ModelStore::find(const ModelKey& key, const std::string& bytes) {
  const auto [first, last] = places_.equal_range(key);
  for (auto at = first; at != last; ++at) {
    if (at->second->bytes != bytes) continue;
    used_.splice(used_.begin(), used_, at->second);
    return &*at->second;
  }
  return nullptr;
}

void ModelStore::insert(ModelEntry entry) {
  Entries added;
  added.push_back(std::move(entry));
  places_.emplace(added.front().key, added.begin());  // iterators survive the splice
  used_.splice(used_.begin(), added);
}

ModelStore::Entries ModelStore::shrink(std::size_t most) {
  Entries out;
  while (used_.size() > most) {
    const auto oldest = std::prev(used_.end());
    const auto [first, last] = places_.equal_range(oldest->key);
    for (auto at = first; at != last; ++at) {
      if (at->second != oldest) continue;
      places_.erase(at);
      break;
    }
    out.splice(out.begin(), used_, oldest);
  }
  return out;
}

}  // namespace nlsq::fit_impl
