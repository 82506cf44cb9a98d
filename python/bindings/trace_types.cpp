// SPDX-License-Identifier: MIT
// The Python types of traced values: operators, NumPy's protocols, and what refuses.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "trace.hpp"

#include "gil.hpp"

namespace nlsq::python {
namespace {

using Binary = nb::object (*)(nb::handle, nb::handle);

// The NumPy function behind an operator, for columns that may have to be computed after all.
nb::handle ufunc_named(const char* name) {
  static nb::dict* const known = new nb::dict;
  const nb::str key(name);
  if (!known->contains(key)) (*known)[key] = nb::module_::import_("numpy").attr(name);
  return (*known)[key].ptr();
}

const std::shared_ptr<Recording>& recording_of(nb::handle value) {
  return nb::cast<Traced&>(value).recording;
}

// A value an operator leaves to the other side: nothing NumPy would take as a number or an array.
bool is_foreign(nb::handle other) {
  return other.is_none() || PyUnicode_Check(other.ptr()) || PyDict_Check(other.ptr());
}

template <const char* (*Name)(), bool kReflected>
nb::object binary(nb::handle self, nb::handle other) {
  if (is_foreign(other)) return nb::borrow(Py_NotImplemented);
  const nb::handle inputs[] = {kReflected ? other : self, kReflected ? self : other};
  return record(Name(), ufunc_named(Name()), inputs, recording_of(self));
}

template <const char* (*Name)()>
nb::object unary(nb::handle self) {
  const nb::handle inputs[] = {self};
  return record(Name(), ufunc_named(Name()), inputs, recording_of(self));
}

// y += …: arrays change in place and every name of them sees it, numbers are replaced.
template <const char* (*Name)()>
nb::object in_place(nb::handle self, nb::handle other) {
  Traced& target = nb::cast<Traced&>(self);
  const nb::handle inputs[] = {self, other};
  nb::object result = record(Name(), ufunc_named(Name()), inputs, target.recording);
  if (!target.row) return result;
  if (!nb::isinstance<Traced>(result)) {
    refuse(*target.recording, "a row becomes another array in place");
  }
  Traced& value = nb::cast<Traced&>(result);
  Column* column = nullptr;
  if (nb::try_cast<Column*>(self, column, false) && column != nullptr) {
    if (column->is_x) refuse(*target.recording, "the model changes x in place");
    Column* new_column = nullptr;
    if (!nb::try_cast<Column*>(result, new_column, false) || new_column == nullptr) {
      refuse(*target.recording, "a parameter is written into an array of data");
    }
    // The operands refer to the old value: keep it under another object.
    refuse(*target.recording, "an array of data is changed in place");
  }
  if (target.shared) {
    count_form();
    call_python(operation("change"), self, result);
    return nb::borrow(self);
  }
  target.node = value.node;
  return nb::borrow(self);
}

#define NLSQ_NAME(name) \
  const char* name() { return #name; }
NLSQ_NAME(add)
NLSQ_NAME(subtract)
NLSQ_NAME(multiply)
NLSQ_NAME(divide)
NLSQ_NAME(power)
NLSQ_NAME(floor_divide)
NLSQ_NAME(remainder)
NLSQ_NAME(negative)
NLSQ_NAME(positive)
NLSQ_NAME(absolute)
NLSQ_NAME(invert)
NLSQ_NAME(greater)
NLSQ_NAME(greater_equal)
NLSQ_NAME(less)
NLSQ_NAME(less_equal)
NLSQ_NAME(equal)
NLSQ_NAME(not_equal)
NLSQ_NAME(bitwise_and)
NLSQ_NAME(bitwise_or)
#undef NLSQ_NAME

nb::object array_ufunc(nb::handle self, nb::handle ufunc, nb::handle method, const nb::args& inputs,
                       const nb::kwargs& options) {
  const auto& recording = recording_of(self);
  const std::string name = nb::cast<std::string>(ufunc.attr("__name__"));
  const bool plain_call = nb::cast<std::string>(method) == "__call__" && options.size() == 0;
  if (plain_call && inputs.size() <= 3) {
    nb::handle values[3];
    std::size_t n = 0;
    for (const nb::handle input : inputs) values[n++] = input;
    // Columns alone can be computed if there is no operation for it.
    bool all_data = true;
    for (std::size_t i = 0; i < n; ++i) {
      all_data &= !nb::isinstance<Traced>(values[i]) || nb::isinstance<Column>(values[i]);
    }
    if (!all_data) return record(name, ufunc, std::span(values, n), recording);
    if (recording->open) {
      // Whatever cannot be recorded is computed: nothing is lost, since no parameter is in it.
      Recording& r = *recording;
      const std::string before = r.poison;
      try {
        return record(name, ufunc, std::span(values, n), recording);
      } catch (nb::python_error& error) {
        if (!error.matches(refusal())) throw;
        PyErr_Clear();
        r.poison = before;
      }
    }
  }
  for (const nb::handle input : inputs) {
    if (nb::isinstance<Traced>(input) && !nb::isinstance<Column>(input)) {
      if (options.size() == 1 && options.contains("out")) {  // perhaps an array of objects
        count_form();
        return call_python(operation("ufunc_of"), ufunc, method, inputs, options);
      }
      refuse(*recording, "NumPy's " + name + "." + nb::cast<std::string>(method) +
                             (options.size() > 0 ? " with options" : ""));
    }
  }
  return call_python(operation("call_plain"), ufunc.attr(method), inputs, options);
}

nb::object array_function(nb::handle self, nb::handle function, nb::handle, nb::handle args,
                          nb::handle kwargs) {
  return call_python(operation("array_function"), self, function, args, kwargs);
}

void bind_operators(nb::class_<Traced>& c) {
  c.def("__add__", &binary<add, false>)
      .def("__radd__", &binary<add, true>)
      .def("__sub__", &binary<subtract, false>)
      .def("__rsub__", &binary<subtract, true>)
      .def("__mul__", &binary<multiply, false>)
      .def("__rmul__", &binary<multiply, true>)
      .def("__truediv__", &binary<divide, false>)
      .def("__rtruediv__", &binary<divide, true>)
      .def("__pow__", &binary<power, false>)
      .def("__rpow__", &binary<power, true>)
      .def("__floordiv__", &binary<floor_divide, false>)
      .def("__rfloordiv__", &binary<floor_divide, true>)
      .def("__mod__", &binary<remainder, false>)
      .def("__rmod__", &binary<remainder, true>)
      .def("__lt__", &binary<less, false>)
      .def("__le__", &binary<less_equal, false>)
      .def("__gt__", &binary<greater, false>)
      .def("__ge__", &binary<greater_equal, false>)
      .def("__eq__", &binary<equal, false>, nb::arg().none())
      .def("__ne__", &binary<not_equal, false>, nb::arg().none())
      .def("__and__", &binary<bitwise_and, false>)
      .def("__rand__", &binary<bitwise_and, true>)
      .def("__or__", &binary<bitwise_or, false>)
      .def("__ror__", &binary<bitwise_or, true>)
      .def("__neg__", &unary<negative>)
      .def("__pos__", &unary<positive>)
      .def("__abs__", &unary<absolute>)
      .def("__invert__", &unary<invert>)
      .def("__iadd__", &in_place<add>)
      .def("__isub__", &in_place<subtract>)
      .def("__imul__", &in_place<multiply>)
      .def("__itruediv__", &in_place<divide>)
      .def("__ipow__", &in_place<power>)
      .def("__ifloordiv__", &in_place<floor_divide>)
      .def("__imod__", &in_place<remainder>)
      .def("__iand__", &in_place<bitwise_and>)
      .def("__ior__", &in_place<bitwise_or>)
      .def("__array_ufunc__", &array_ufunc)
      .def("__array_function__", &array_function);
}

template <class C>
void refuses(C& c, const char* method, const char* why) {
  c.def(method, [why](nb::handle self, const nb::args&) -> nb::object {
    refuse(*recording_of(self), why);
  });
}

// The truth of a number at the start of the fit, for who keeps the decision and looks at it again
// where the fit ends; a refusal where nobody does, and of a row.
nb::bool_ decide(nb::handle self) {
  const auto& t = nb::cast<const Traced&>(self);
  Recording& recording = *recording_of(self);
  if (recording.decisions.is_valid() && recording.poison.empty() && !t.row) {
    const auto [model, columns] = separate_model(recording, {&t.node, 1});
    if (nb::len(columns) == 0) {
      recording.decided = true;
      const nb::object truth = call_python(recording.decisions.attr("decide"), model);
      if (!truth.is_none()) return nb::bool_(truth);
    }
  }
  refuse(recording, "a decision (if, while, and, or, max, min) on a parameter's value");
}

}  // namespace

void bind_trace(nb::module_& m) {
  nb::class_<Traced> traced(m, "Traced", nb::type_slots(array_slots),
                            "A value of a model that is being traced; see docs/tracing.md.");
  bind_operators(traced);
  bind_attributes(traced);
  traced.def("__bool__", &decide);
  refuses(traced, "__float__", "float() or the math module on a parameter's value");
  refuses(traced, "__int__", "int() of a parameter's value");
  refuses(traced, "__index__", "a parameter's value used as an index");
  refuses(traced, "__complex__", "complex() of a parameter's value");
  refuses(traced, "__round__", "round() of a parameter's value");
  refuses(traced, "__hash__", "a model value used as a key");
  for (const char* method :
       {"__xor__", "__rxor__", "__ixor__", "__lshift__", "__rlshift__", "__ilshift__", "__rshift__",
        "__rrshift__", "__irshift__", "__divmod__", "__rdivmod__", "__imatmul__"}) {
    refuses(traced, method, "an operation on a parameter's value that has no record");
  }
  refuses(traced, "__format__", "the text (format) of a model value");
  refuses(traced, "__matmul__", "a matrix product of model values");
  refuses(traced, "__rmatmul__", "a matrix product of model values");

  nb::class_<Column, Traced> column(m, "Column",
                                    "x of a model that is being traced: an array as soon as "
                                    "anything but arithmetic is done with it.");
  const auto plain = [](nb::handle self) { return materialize(nb::cast<Column&>(self)); };
  // Called with the array in place of the column.
  const auto forward = [&column, plain](const char* method) {
    column.def(method, [method, plain](nb::handle self, const nb::args& args) -> nb::object {
      nb::list inputs;
      for (const nb::handle input : args) {
        inputs.append(nb::isinstance<Column>(input) ? materialize(nb::cast<Column&>(input))
                                                    : nb::borrow(input));
      }
      return call_python(plain(self).attr(method), *inputs);
    });
  };
  for (const char* method :
       {"__len__", "__iter__", "__bool__", "__float__", "__int__", "__index__", "__complex__",
        "__contains__", "__matmul__", "__rmatmul__", "copy", "__round__"}) {
    forward(method);
  }
  const auto attribute = [plain](nb::handle self, nb::handle name) {
    return plain(self).attr(name);
  };
  column
      .def(
          "__array__",
          [plain](nb::handle self, nb::handle dtype, nb::handle) {
            nb::object values = plain(self);
            return dtype.is_none() ? values : call_python(values.attr("astype"), dtype);
          },
          nb::arg("dtype") = nb::none(), nb::arg("copy") = nb::none())
      .def("__getattr__", attribute)
      .def("__getitem__",
           [](nb::handle self, nb::handle key) {
             return call_python(operation("item_of_data"), self, key);
           })
      .def_prop_ro("dtype", [plain](nb::handle self) { return plain(self).attr("dtype"); })
      .def_prop_ro("T", [plain](nb::handle self) { return plain(self).attr("T"); })
      .def_prop_ro("real", [plain](nb::handle self) { return plain(self).attr("real"); });
  refuses(column, "__setitem__", "the model writes into x");
  refuses(column, "__hash__", "x used as a key");

  m.def(
      "record",
      [](const std::string& name, nb::handle function, const nb::tuple& inputs) {
        std::vector<nb::handle> values;
        std::shared_ptr<Recording> recording;
        for (const nb::handle input : inputs) {
          values.push_back(input);
          if (!recording && nb::isinstance<Traced>(input)) recording = recording_of(input);
        }
        if (!recording) throw nb::type_error("no traced value");
        return record(name, function, values, recording);
      },
      nb::arg("name"), nb::arg("function").none(), nb::arg("inputs"),
      "The traced result of NumPy's function of that name.");
  m.def(
      "constant_like",
      [](nb::handle like, double value) {
        const Traced& t = nb::cast<Traced&>(like);
        const expr::NodeId node = t.recording->graph().constant(value);
        return Traced{t.recording, node, t.row, false, false, t.length, t.mask};
      },
      nb::arg("like"), nb::arg("value"),
      "A traced array of one value that may be changed in place.");
  m.def(
      "refuse", [](nb::handle self, const std::string& why) { refuse(*recording_of(self), why); },
      nb::arg("value"), nb::arg("why"), "Poisons the trace of a value and raises TraceRefused.");
}

}  // namespace nlsq::python
