// SPDX-License-Identifier: MIT
// What traced values have of arrays beside operators: length and shape, indices, methods, texts.
#include <nanobind/stl/string.h>

#include <string>
#include <vector>

#include "trace.hpp"

#include "gil.hpp"

namespace nlsq::python {
namespace {

// The number of values of a row; the model may depend on it from now on.
index_t known_length(const Traced& t) {
  t.recording->looked = true;
  if (t.mask != expr::kNone) refuse(*t.recording, "the number of rows that a parameter selects");
  return length_of(t);
}

nb::tuple shape_of(const Traced& t) {
  return t.row ? nb::make_tuple(known_length(t)) : nb::make_tuple();
}

// Indexing, attributes and texts are no matter of speed: they are in Python.
nb::object rows_function(const char* name) {
  count_form();
  return operation(name);
}

// Slots of mappings, not of sequences: NumPy would take a sequence apart.
PyObject* subscript(PyObject* self, PyObject* key) noexcept {
  try {
    return call_python(rows_function("item"), nb::handle(self), nb::handle(key)).release().ptr();
  } catch (nb::python_error& error) {
    error.restore();
    return nullptr;
  }
}

int assign_subscript(PyObject* self, PyObject* key, PyObject* value) noexcept {
  try {
    call_python(rows_function("set_item"), nb::handle(self), nb::handle(key),
                nb::handle(value == nullptr ? Py_None : value));
    return 0;
  } catch (nb::python_error& error) {
    error.restore();
    return -1;
  }
}

// What a text shows is not recorded, so a recording that is asked for one is thrown away.
std::string text_of(const Traced& t) {
  Recording& r = *t.recording;
  if (r.open && r.poison.empty()) r.poison = "the text (str, repr, print) of a model value";
  return "<value of a model that is being recorded>";
}

// Numbers have none of the methods of arrays, whatever their type here has.
bool is_of_arrays(std::string_view name) {
  return name == "__len__" || name == "__iter__" || name == "__getitem__" || name == "__setitem__";
}

// A slot without C++ exceptions: NumPy asks each element of an array for attributes there are not.
PyObject* get_attribute(PyObject* self, PyObject* name) noexcept {
  Py_ssize_t size = 0;
  const char* const text = PyUnicode_AsUTF8AndSize(name, &size);
  if (text == nullptr) return nullptr;
  const std::string_view view(text, static_cast<std::size_t>(size));
  const bool special = view.starts_with("__");
  if (special && !nb::inst_ptr<Traced>(nb::handle(self))->row && is_of_arrays(view)) {
    PyErr_SetObject(PyExc_AttributeError, name);
    return nullptr;
  }
  PyObject* const found = PyObject_GenericGetAttr(self, name);
  if (found != nullptr || special || PyErr_ExceptionMatches(PyExc_AttributeError) == 0 ||
      nb::isinstance<Column>(nb::handle(self))) {
    return found;
  }
  // Attributes arrays have and numbers do not: a model that asks gets no answer it could act on.
  PyErr_Clear();
  try {
    return call_python(rows_function("attribute"), nb::handle(self), nb::handle(name))
        .release()
        .ptr();
  } catch (nb::python_error& error) {
    error.restore();
    return nullptr;
  }
}

}  // namespace

const PyType_Slot array_slots[] = {
    {Py_mp_subscript, reinterpret_cast<void*>(&subscript)},
    {Py_mp_ass_subscript, reinterpret_cast<void*>(&assign_subscript)},
    {Py_tp_getattro, reinterpret_cast<void*>(&get_attribute)},
    {0, nullptr}};

void bind_attributes(nb::class_<Traced>& traced) {
  traced.def_prop_ro("shape", &shape_of)
      .def_prop_ro("ndim", [](const Traced& t) { return t.row ? 1 : 0; })
      .def_prop_ro("size", [](const Traced& t) { return t.row ? known_length(t) : 1; })
      .def_prop_ro("T", [](nb::handle self) { return nb::borrow(self); })
      .def_prop_ro("real", [](nb::handle self) { return nb::borrow(self); })
      .def("copy",
           [](Traced t) {
             t.shared = false;
             return t;
           })
      .def_prop_ro("dtype", [](const Traced& t) {
        return nb::module_::import_("numpy").attr("dtype")(t.boolean ? "bool" : "float64");
      });
  traced.def("__len__", [](const Traced& t) {
    if (!t.row) refuse(*t.recording, "len() of a number");
    return known_length(t);
  });
  traced.def("__repr__", &text_of).def("__str__", &text_of);
  traced.attr("__pandas_priority__") = 5000;  // a Series leaves the operation to this side
  traced.def("__iter__",
             [](nb::handle self) { return call_python(rows_function("values"), self); });
  // NumPy asks the elements of an array of objects for these: its functions of one argument that
  // are not exact, as signs are.
  std::vector<std::string> names{"exp2", "deg2rad", "rad2deg", "radians", "degrees"};
  for (const expr::OpInfo& op : expr::kOps) {
    if (op.arity == 1 && op.ulp > 0.0 && !op.numpy.empty())
      names.emplace_back(op.numpy.substr(0, op.numpy.find(' ')));
  }
  for (const std::string& name : names) {
    traced.def(name.c_str(), [name](nb::handle self) {
      const nb::object ufunc = nb::module_::import_("numpy").attr(name.c_str());
      const nb::handle inputs[] = {self};
      return record(name, ufunc, inputs, nb::cast<Traced&>(self).recording);
    });
  }
}

}  // namespace nlsq::python
