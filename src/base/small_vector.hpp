// SPDX-License-Identifier: MIT
// A vector of plain values that allocates only beyond N of them: fits have a handful of parameters,
// and for those an allocation costs more than the arithmetic. (Boost's would do, but before 1.80
// its iterators are no contiguous ones, so it converts to no std::span.)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "nlsq/types.hpp"

namespace nlsq::base {

/// As std::vector where it has the same members. Moving one of at most N values copies them; a
/// moved-from vector is empty.
template <class T, std::size_t N>
requires std::is_trivially_copyable_v<T>
class SmallVector {
 public:
  using value_type = T;

  SmallVector() = default;
  explicit SmallVector(std::size_t n, T value = T{}) { assign(n, value); }
  SmallVector(std::initializer_list<T> values) { copy_from(values.begin(), values.size()); }
  explicit SmallVector(std::span<const T> values) { copy_from(values.data(), values.size()); }
  SmallVector(const SmallVector& other) { copy_from(other.data(), other.size_); }
  SmallVector(SmallVector&& other) noexcept { take(other); }
  SmallVector& operator=(const SmallVector& other) {
    if (this != &other) copy_from(other.data(), other.size_);
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }
  ~SmallVector() = default;

  /// Bytes that n values take beside their owner.
  static constexpr std::size_t bytes(std::size_t n) { return n > N ? n * sizeof(T) : 0; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return heap_ ? heap_.get() : inline_; }
  const T* data() const { return heap_ ? heap_.get() : inline_; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  T& operator[](std::size_t i) { return data()[i]; }
  const T& operator[](std::size_t i) const { return data()[i]; }

  void clear() { size_ = 0; }
  void reserve(std::size_t n) { grow(n); }
  void assign(std::size_t n, T value) {
    reserve_anew(n);
    size_ = n;
    std::fill_n(data(), n, value);
  }
  void assign(std::span<const T> values) { copy_from(values.data(), values.size()); }
  /// New values are zero.
  void resize(std::size_t n) {
    grow(n);
    if (n > size_) std::fill(data() + size_, data() + n, T{});
    size_ = n;
  }
  void push_back(T value) {
    if (size_ == capacity_) grow(2 * size_);
    data()[size_++] = value;
  }
  void swap(SmallVector& other) noexcept { std::swap(*this, other); }
  friend bool operator==(const SmallVector& a, std::span<const T> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  // Room for n values; what is there is lost.
  void reserve_anew(std::size_t n) {
    if (n <= capacity_) return;
    heap_ = std::make_unique_for_overwrite<T[]>(n);
    capacity_ = n;
  }
  void grow(std::size_t n) {
    if (n <= capacity_) return;
    auto more = std::make_unique_for_overwrite<T[]>(n);
    std::copy_n(data(), size_, more.get());
    heap_ = std::move(more);
    capacity_ = n;
  }
  void copy_from(const T* values, std::size_t n) {
    reserve_anew(n);
    size_ = n;
    std::copy_n(values, n, data());
  }
  void take(SmallVector& other) noexcept {
    if (other.heap_) {
      heap_ = std::move(other.heap_);
      capacity_ = std::exchange(other.capacity_, N);
      size_ = std::exchange(other.size_, 0);
    } else {
      // At most N values: there is room.
      size_ = std::exchange(other.size_, 0);
      if (heap_ || sizeof(inline_) > kLine) {
        std::copy_n(other.inline_, size_, data());
      } else {
        std::memcpy(inline_, other.inline_, sizeof(inline_));  // a move or two, no call
      }
    }
  }

  static constexpr std::size_t kLine = 64;  // bytes

  std::size_t size_ = 0;
  std::size_t capacity_ = N;
  std::unique_ptr<T[]> heap_;
  T inline_[N] = {};
};

using Indices = SmallVector<index_t, 8>;  ///< positions of parameters

}  // namespace nlsq::base
