// SPDX-License-Identifier: MIT
// Arrays in and out by the buffer protocol: a fraction of the price of a general array argument.
#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <span>
#include <vector>

#include "nlsq/data.hpp"

namespace nlsq::python {

namespace nb = nanobind;

/// The memory of a contiguous float64 or float32 array, held while this lives; of one that begins
/// between two places of memory (a received message, a file behind its header) a copy.
class Buffer {
 public:
  Buffer() = default;
  /// Throws TypeError for anything else.
  explicit Buffer(nb::handle array);
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer();

  /// Holds an array's memory from now on; false, without an exception, for anything else.
  bool take(nb::handle array);

  /// All of its values, in the order of memory.
  const Values& values() const { return values_; }
  int dimensions() const { return dimensions_; }
  /// The length of the first dimension; 0 of an array without one.
  index_t first_length() const {
    return dimensions_ > 0 ? static_cast<index_t>(view_.shape[0]) : 0;
  }

 private:
  Py_buffer view_{};
  std::unique_ptr<double[]> copy_;
  Values values_;
  int dimensions_ = 0;
};

/// The bytes of a contiguous array of any kind, held while this lives.
class ByteView {
 public:
  /// Throws TypeError for what has no contiguous buffer.
  explicit ByteView(nb::handle array);
  ByteView(const ByteView&) = delete;
  ByteView& operator=(const ByteView&) = delete;
  ~ByteView() { PyBuffer_Release(&view_); }

  const void* data() const { return view_.buf; }
  index_t bytes() const { return view_.len; }

 private:
  Py_buffer view_{};
};

/// A new float64 array of NumPy's own making, (n,).
nb::object new_array(std::span<const double> values);
/// The same of shape (rows, size/rows), row-major.
nb::object new_matrix(std::span<const double> values, std::size_t rows);

}  // namespace nlsq::python
