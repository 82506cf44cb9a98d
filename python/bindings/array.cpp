// SPDX-License-Identifier: MIT
#include "array.hpp"

#include <cstring>

namespace nlsq::python {
namespace {

nb::object empty(const nb::object& shape) {
  static const nb::object* const function =
      new nb::object(nb::module_::import_("numpy").attr("empty"));
  return (*function)(shape);
}

void fill(nb::handle array, std::span<const double> values) {
  Py_buffer view;
  if (PyObject_GetBuffer(array.ptr(), &view, PyBUF_SIMPLE | PyBUF_WRITABLE) != 0) {
    throw nb::python_error();
  }
  if (!values.empty()) std::memcpy(view.buf, values.data(), values.size_bytes());
  PyBuffer_Release(&view);
}

}  // namespace

Buffer::Buffer(nb::handle array) {
  if (!take(array)) throw nb::type_error("columns must be contiguous float64 or float32 arrays");
}

Buffer::~Buffer() {
  if (view_.obj != nullptr) PyBuffer_Release(&view_);
}

bool Buffer::take(nb::handle array) {
  if (PyObject_GetBuffer(array.ptr(), &view_, PyBUF_FORMAT | PyBUF_C_CONTIGUOUS) != 0) {
    PyErr_Clear();
    view_.obj = nullptr;
    return false;
  }
  // NumPy writes "=d" of arrays that are not aligned.
  const char* const format = view_.format + (*view_.format == '=' ? 1 : 0);
  const bool float64 = std::strcmp(format, "d") == 0;
  const bool float32 = std::strcmp(format, "f") == 0;
  if (!(float64 || float32)) {
    PyBuffer_Release(&view_);
    return false;
  }
  copy_.reset();
  values_.data = view_.buf;
  const auto place = reinterpret_cast<std::uintptr_t>(view_.buf);
  if (place % static_cast<std::uintptr_t>(view_.itemsize) != 0) {
    const auto bytes = static_cast<std::size_t>(view_.len);
    copy_ = std::make_unique_for_overwrite<double[]>((bytes + sizeof(double) - 1) / sizeof(double));
    std::memcpy(copy_.get(), view_.buf, bytes);
    values_.data = copy_.get();
  }
  values_.size = static_cast<index_t>(view_.len / view_.itemsize);
  values_.float32 = float32;
  dimensions_ = view_.ndim;
  return true;
}

ByteView::ByteView(nb::handle array) {
  if (PyObject_GetBuffer(array.ptr(), &view_, PyBUF_C_CONTIGUOUS) != 0) throw nb::python_error();
}

nb::object new_array(std::span<const double> values) {
  nb::object array = empty(nb::int_(values.size()));
  fill(array, values);
  return array;
}

nb::object new_matrix(std::span<const double> values, std::size_t rows) {
  nb::object array = empty(nb::make_tuple(rows, rows == 0 ? 0 : values.size() / rows));
  fill(array, values);
  return array;
}

}  // namespace nlsq::python
