// SPDX-License-Identifier: MIT
// The usual call of curve_fit in one step: a plain function whose record is kept, two float64
// arrays, a start, and nothing else. Whatever is not of that kind takes the way through Python.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>

#include "array.hpp"
#include "gil.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "options.hpp"
#include "pure_function.hpp"
#include "trace.hpp"

namespace nlsq::python {
namespace {

constexpr std::size_t kMostParameters = 64;

// The start as numbers: a list, a tuple or a float64 array.
bool read_start(nb::handle p0, std::vector<double>& start) {
  const bool list = PyList_CheckExact(p0.ptr()) != 0;
  if (!list && PyTuple_CheckExact(p0.ptr()) == 0) {
    Buffer buffer;
    if (!buffer.take(p0) || buffer.values().float32 || buffer.dimensions() != 1) return false;
    const auto* const values = static_cast<const double*>(buffer.values().data);
    start.assign(values, values + buffer.values().size);
    return true;
  }
  const Py_ssize_t n = list ? PyList_Size(p0.ptr()) : PyTuple_Size(p0.ptr());
  for (Py_ssize_t i = 0; i < n; ++i) {
    PyObject* const item = list ? PyList_GetItem(p0.ptr(), i) : PyTuple_GetItem(p0.ptr(), i);
    if (!PyFloat_CheckExact(item) && !PyLong_CheckExact(item)) return false;
    start.push_back(PyFloat_AsDouble(item));
    if (PyErr_Occurred() != nullptr) {  // an integer beyond all floats
      PyErr_Clear();
      return false;
    }
  }
  return true;
}

bool is_plain_vector(const Buffer& buffer) {
  return !buffer.values().float32 && buffer.dimensions() == 1;
}

// The fit, if arrays and start are of the plain kind and it ends well.
std::optional<FitResult> plain_fit(const Model& model, nb::handle x, nb::handle y,
                                   FitOptions options) {
  const auto n = static_cast<index_t>(model.parameters().size());
  Buffer column, response;
  if (!column.take(x) || !response.take(y) || !is_plain_vector(column) ||
      !is_plain_vector(response)) {
    return std::nullopt;
  }
  const index_t rows = column.values().size;
  if (response.values().size != rows || rows <= n) return std::nullopt;
  Dataset data;
  data.column(model.columns().front(), column.values()).response(response.values());
  options.before_pass = signal_watch(rows * n);
  std::optional<FitResult> result;
  try {
    const WithoutGil release;
    result = curve_fit(model, data, options);
  } catch (const InputError&) {  // of values that are not finite: the long way names them
    return std::nullopt;
  }
  const bool is_good = static_cast<int>(result->status) > 0 && result->rank == n;
  return is_good ? std::move(result) : std::nullopt;
}

bool is_usual(std::size_t parameters) { return parameters > 0 && parameters < kMostParameters; }

nb::object quick_fit(nb::handle function, nb::handle x, nb::handle y, nb::handle p0) {
  FitOptions options;
  if (!p0.is_none() && (!read_start(p0, options.p0) || !is_usual(options.p0.size())))
    return nb::none();
  const std::optional<Model> model = trusted_record(function, options.p0.size());
  if (!model) return nb::none();
  const std::size_t n = model->parameters().size();
  // Without attributes, so without a signature that is not its code's.
  if (p0.is_none() && nb::len(nb::object(function.attr("__dict__"))) > 0) return nb::none();
  options.p0.resize(n, 1.0);
  options.method = Method::lm;
  options.judge = false;  // parameters and covariance are all that is given
  const std::optional<FitResult> result = plain_fit(*model, x, y, std::move(options));
  if (!result) return nb::none();
  return nb::make_tuple(new_array(result->popt), new_matrix(result->pcov, n));
}

nb::object quick_result(nb::handle function, nb::handle x, nb::handle y, nb::handle p0,
                        const std::vector<std::string>& names) {
  FitOptions options;
  if (!p0.is_none() && (!read_start(p0, options.p0) || options.p0.size() != names.size()))
    return nb::none();
  if (!is_usual(names.size())) return nb::none();
  options.fingerprints = true;
  const std::optional<Model> model = trusted_record(function, names);
  if (!model) return nb::none();
  std::optional<FitResult> result = plain_fit(*model, x, y, std::move(options));
  if (!result || !result->warnings.empty()) return nb::none();
  return nb::make_tuple(nb::cast(std::move(*result)), nb::cast(*model));
}

}  // namespace

void bind_quick_fit(nb::module_& m) {
  m.def("quick_fit", &quick_fit, nb::arg("function"), nb::arg("x"), nb::arg("y"),
        nb::arg("p0").none(),
        "(popt, pcov) of a function of a kept record on plain arrays; None: take the long way.");
  m.def("quick_result", &quick_result, nb::arg("function"), nb::arg("x"), nb::arg("y"),
        nb::arg("p0").none(), nb::arg("names"),
        "The same by the default method: (result, model), or None where there is more to say.");
}

}  // namespace nlsq::python
