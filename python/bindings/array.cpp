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
  const bool float64 = std::strcmp(view_.format, "d") == 0;
  const bool float32 = std::strcmp(view_.format, "f") == 0;
  const bool aligned =
      reinterpret_cast<std::uintptr_t>(view_.buf) % static_cast<std::uintptr_t>(view_.itemsize) ==
      0;
  if (!(float64 || float32) || !aligned) {
    PyBuffer_Release(&view_);
    return false;
  }
  values_.data = view_.buf;
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
