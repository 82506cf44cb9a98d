// SPDX-License-Identifier: MIT
// Why a fit ended, in one sentence. Writing numbers as text takes longer than some steps of a small
// fit, and most of a million fits are never asked why they ended; so the sentence is kept as a
// pattern and its numbers, and made when it is read.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <string>

namespace nlsq {

class EndMessage {
 public:
  static constexpr std::size_t kMostNumbers = 5;

  EndMessage() = default;
  EndMessage(std::string text) : text_(std::move(text)) {}
  /// `pattern` lives as long as the program; each {} of it (as in std::format) takes one of the
  /// numbers, kMostNumbers at most. Braces mean nothing where there are none.
  EndMessage(const char* pattern, std::initializer_list<double> numbers = {}) : pattern_(pattern) {
    for (const double number : numbers) numbers_[count_++] = number;
  }

  /// The sentence.
  std::string str() const;
  operator std::string() const { return str(); }
  friend bool operator==(const EndMessage& a, const EndMessage& b) { return a.str() == b.str(); }
  friend std::ostream& operator<<(std::ostream& out, const EndMessage& message) {
    return message.write(out);
  }

 private:
  std::ostream& write(std::ostream& out) const;

  const char* pattern_ = nullptr;  // null: text_ is the sentence
  std::size_t count_ = 0;
  std::array<double, kMostNumbers> numbers_{};
  std::string text_;
};

}  // namespace nlsq
