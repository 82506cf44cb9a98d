// SPDX-License-Identifier: MIT
#include "data/words.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

namespace nlsq::data {
namespace {

constexpr std::size_t kFewest = 64;

// Eight bytes at a time, each mixed by a multiplication (Fibonacci hashing).
std::uint64_t hash(std::string_view word) {
  constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15U;
  std::uint64_t h = word.size() * kMix;
  for (; !word.empty(); word.remove_prefix(std::min<std::size_t>(8, word.size()))) {
    std::uint64_t part = 0;
    std::memcpy(&part, word.data(), std::min<std::size_t>(8, word.size()));
    h = (h ^ part) * kMix;
    h ^= h >> 32U;
  }
  return h;
}

}  // namespace

std::int32_t Words::look_up(std::string_view word) {
  if (2 * words_.size() >= slots_.size()) grow();
  const std::uint64_t h = hash(word);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = h & mask;
  for (; slots_[at] >= 0; at = (at + 1) & mask) {
    const auto known = static_cast<std::size_t>(slots_[at]);
    if (hashes_[known] != h || words_[known] != word) continue;
    last_ = known;
    return slots_[at];
  }
  if (words_.size() >= std::numeric_limits<std::int32_t>::max()) throw std::bad_alloc();
  last_ = words_.size();
  slots_[at] = static_cast<std::int32_t>(last_);
  words_.emplace_back(word);
  hashes_.push_back(h);
  return slots_[at];
}

void Words::grow() {
  slots_.assign(slots_.empty() ? kFewest : 2 * slots_.size(), -1);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < hashes_.size(); ++i) {
    std::size_t at = hashes_[i] & mask;
    while (slots_[at] >= 0) at = (at + 1) & mask;
    slots_[at] = static_cast<std::int32_t>(i);
  }
}

}  // namespace nlsq::data
