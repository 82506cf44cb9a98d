// SPDX-License-Identifier: MIT
// Values one after another in a string of bytes, for another process of the same build on a machine
// of the same byte order.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "nlsq/error.hpp"
#include "nlsq/types.hpp"

namespace nlsq::base {

class Packer {
 public:
  template <class T>
  void add(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  template <class Range>
  void add_all(const Range& values) {
    add(static_cast<index_t>(values.size()));
    for (const auto& value : values) add(value);
  }
  void add_text(std::string_view text) {
    add(static_cast<index_t>(text.size()));
    bytes_ += text;
  }
  /// Bytes without their number.
  void append(std::string_view bytes) { bytes_ += bytes; }
  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Throws IoError where the bytes end too early or a number makes no sense.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  T next() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    const std::string_view run = run_of(sizeof(T));
    std::memcpy(&value, run.data(), sizeof(T));
    return value;
  }
  template <class T>
  std::vector<T> next_all() {
    const index_t count = next_count(sizeof(T));
    std::vector<T> values(static_cast<std::size_t>(count));
    const std::string_view run = run_of(values.size() * sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), run.data(), run.size());
    return values;
  }
  std::string next_text() { return std::string(run_of(static_cast<std::size_t>(next_count(1)))); }
  /// A number of things of at least so many bytes each, which follow.
  index_t next_count(std::size_t bytes_each) {
    const auto count = next<index_t>();
    check(count >= 0 && static_cast<std::size_t>(count) <= (bytes_.size() - at_) / bytes_each);
    return count;
  }
  std::string_view run_of(std::size_t bytes) {
    check(bytes <= bytes_.size() - at_);
    const std::string_view run = bytes_.substr(at_, bytes);
    at_ += bytes;
    return run;
  }
  bool is_at_end() const { return at_ == bytes_.size(); }
  static void check(bool sound) {
    if (!sound) throw IoError("a message from another process of a fit is damaged");
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace nlsq::base
