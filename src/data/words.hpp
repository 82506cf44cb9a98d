// SPDX-License-Identifier: MIT
// The different fields of a text column, each with a number. Sorted files repeat a field row after
// row, so the last one is looked at first; else a hash table with open addressing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nlsq::data {

class Words {
 public:
  /// The number of `word`: those of first appearance, from 0.
  std::int32_t code(std::string_view word) {
    if (!words_.empty() && words_[last_] == word) return static_cast<std::int32_t>(last_);
    return look_up(word);
  }
  std::size_t size() const { return words_.size(); }
  const std::vector<std::string>& all() const { return words_; }
  std::vector<std::string> take() { return std::move(words_); }

 private:
  std::int32_t look_up(std::string_view word);
  void grow();

  std::vector<std::string> words_;
  std::vector<std::uint64_t> hashes_;
  std::vector<std::int32_t> slots_;  ///< −1: empty; a power of two, at most half full
  std::size_t last_ = 0;
};

}  // namespace nlsq::data
