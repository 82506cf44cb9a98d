// SPDX-License-Identifier: MIT
// Recording operations: from NumPy's names to nodes, with NumPy's shapes and its rules for
// booleans.
#include "trace.hpp"

#include <array>
#include <atomic>
#include <cmath>

#include "expr/functions.hpp"
#include "gil.hpp"

namespace nlsq::python {
namespace {

using expr::NodeId;
using expr::Op;

struct Numpy {
  nb::object ndarray, generic, ascontiguousarray, float64, array, array_equal;
};
// Looked up once; never freed, since the interpreter may be gone before statics are.
const Numpy& numpy() {
  static const Numpy* const names = [] {
    const nb::module_ np = nb::module_::import_("numpy");
    return new Numpy{np.attr("ndarray"), np.attr("generic"), np.attr("ascontiguousarray"),
                     np.attr("float64"), np.attr("array"),   np.attr("array_equal")};
  }();
  return *names;
}

bool is_array(nb::handle value) {
  return PyObject_IsInstance(value.ptr(), numpy().ndarray.ptr()) == 1;
}

char kind_of(nb::handle array) { return nb::cast<char>(array.attr("dtype").attr("kind")); }

// NumPy's masked arrays: a column would take what is under the mask.
bool has_masked_values(nb::handle array) {
  if (array.type().is(numpy().ndarray) || !nb::hasattr(array, "mask")) return false;
  return nb::cast<bool>(nb::bool_(array.attr("mask").attr("any")()));
}

Traced constant(const std::shared_ptr<Recording>& recording, double value, bool boolean = false) {
  return {recording, recording->graph().constant(value), false, boolean};
}

// One piece of memory seen the same way, whether it may be written through or not.
bool same_memory(nb::handle a, nb::handle b) {
  const nb::object one = a.attr("__array_interface__"), two = b.attr("__array_interface__");
  if (!nb::object(one["data"][0]).equal(nb::object(two["data"][0]))) return false;
  for (const char* key : {"strides", "typestr", "shape"}) {
    if (!nb::object(one[key]).equal(nb::object(two[key]))) return false;
  }
  return true;
}

// The column that holds an array's values: the one made from the same memory before, or a new one.
bool column_of(const std::shared_ptr<Recording>& recording, nb::handle array, Traced& out) {
  const char kind = kind_of(array);
  if (kind != 'f' && kind != 'i' && kind != 'u' && kind != 'b') return false;
  if (nb::cast<index_t>(array.attr("itemsize")) > 8) return false;  // long double
  Recording& r = *recording;
  index_t at = -1;
  for (std::size_t c = 0; c < r.sources.size() && at < 0; ++c) {
    if (!r.sources[c].is(array) && !same_memory(r.sources[c], array)) continue;
    // The function may have written into an array between two uses, but for x.
    const bool is_x = c == 0 && r.lazy_x;
    if (is_x || nb::cast<bool>(call_python(numpy().array_equal, r.arrays[c], array,
                                           nb::arg("equal_nan") = true))) {
      at = static_cast<index_t>(c);
    }
  }
  if (at < 0) {
    const bool single = kind == 'f' && nb::cast<index_t>(array.attr("itemsize")) == 4;
    r.narrow |= single || (kind == 'f' && nb::cast<index_t>(array.attr("itemsize")) == 2);
    // A copy, since the function may change the array before it returns; x itself is not copied.
    nb::object values = single ? call_python(numpy().array, array)
                               : call_python(numpy().array, array, numpy().float64);
    at = static_cast<index_t>(r.arrays.size());
    r.arrays.push_back(call_python(numpy().ascontiguousarray, values));
    r.sources.push_back(nb::borrow(array));
    r.trace->model.columns.push_back("c" + std::to_string(at));
  }
  out = {recording, r.graph().column(at), true, kind == 'b'};
  const auto size = nb::cast<index_t>(array.attr("size"));
  if (size != r.rows) {
    out.length = size;
    r.reshaped = true;
  }
  return true;
}

// What is no function of the formula language, or means something else there.
NodeId special_case(expr::Graph& g, std::string_view name, std::span<const NodeId> a) {
  const auto number = [&g](double v) { return g.constant(v); };
  if (name == "add") return g.make(Op::add, a[0], a[1]);
  if (name == "subtract") return g.make(Op::sub, a[0], a[1]);
  if (name == "multiply") return g.make(Op::mul, a[0], a[1]);
  if (name == "divide" || name == "true_divide") return g.make(Op::div, a[0], a[1]);
  if (name == "negative") return g.make(Op::neg, a[0]);
  if (name == "positive" || name == "conjugate") return a[0];
  if (name == "float_power") return g.make(Op::pow, a[0], a[1]);
  if (name == "floor_divide") {
    // NumPy's: the quotient that goes with its remainder, rounded.
    const NodeId exact = g.make(Op::sub, a[0], g.make(Op::mod, a[0], a[1]));
    return g.make(Op::floor, g.make(Op::add, g.make(Op::div, exact, a[1]), number(0.5)));
  }
  if (name == "reciprocal") return g.make(Op::div, number(1.0), a[0]);
  if (name == "greater") return g.make(Op::lt, a[1], a[0]);
  if (name == "greater_equal") return g.make(Op::le, a[1], a[0]);
  if (name == "less") return g.make(Op::lt, a[0], a[1]);
  if (name == "less_equal") return g.make(Op::le, a[0], a[1]);
  if (name == "equal") return g.make(Op::eq, a[0], a[1]);
  if (name == "not_equal") return g.make(Op::ne, a[0], a[1]);
  if (name == "logical_and" || name == "bitwise_and") return g.make(Op::logical_and, a[0], a[1]);
  if (name == "logical_or" || name == "bitwise_or") return g.make(Op::logical_or, a[0], a[1]);
  if (name == "logical_not" || name == "invert") return g.make(Op::logical_not, a[0]);
  if (name == "where") return g.make(Op::where, a[0], a[1], a[2]);
  if (name == "deg2rad" || name == "radians") return g.make(Op::mul, a[0], number(M_PI / 180.0));
  if (name == "rad2deg" || name == "degrees") return g.make(Op::mul, a[0], number(180.0 / M_PI));
  if (name == "heaviside") {
    const NodeId zero = number(0.0);
    return g.make(Op::where, g.make(Op::eq, a[0], zero), a[1],
                  g.make(Op::where, g.make(Op::lt, a[0], zero), zero, number(1.0)));
  }
  if (name == "voigt_profile") return expr::build_call(g, "voigt", a);
  if (name == "xlogy") {
    return g.make(Op::where, g.make(Op::eq, a[0], number(0.0)), number(0.0),
                  g.make(Op::mul, a[0], g.make(Op::log, a[1])));
  }
  return expr::kNone;
}

bool gives_boolean(std::string_view name) {
  return name == "greater" || name == "greater_equal" || name == "less" || name == "less_equal" ||
         name == "equal" || name == "not_equal" || name == "logical_and" || name == "logical_or" ||
         name == "logical_not" || name == "bitwise_and" || name == "bitwise_or" || name == "invert";
}

bool needs_boolean(std::string_view name) {
  return name == "bitwise_and" || name == "bitwise_or" || name == "invert";
}

// Operands of several dimensions and of other libraries: recorded in Python, piece by piece.
nb::object record_arrays(std::string_view name, nb::handle ufunc,
                         std::span<const nb::handle> inputs, Recording& recording) {
  nb::list values;
  for (const nb::handle input : inputs) values.append(input);
  if (ufunc.is_valid() && !ufunc.is_none()) {
    count_form();
    return call_python(operation("elementwise"), ufunc, nb::tuple(values));
  }
  refuse(recording, std::string(name) + " of arrays of several dimensions");
}

}  // namespace

namespace {
// What nlsq registered, and the operations found so far; kept to the end of the process on purpose.
struct Registered {
  nb::object find;
  nb::dict found;
};
Registered* registered = nullptr;
}  // namespace

void bind_operations(nb::module_& m) {
  registered = new Registered();
  m.def(
      "register_operations",
      [](nb::object find) {
        registered->find = std::move(find);
        registered->found.clear();
      },
      nb::arg("find"),
      "Says where the operations on recorded values are that are written in Python: find(name).");
}

nb::object operation(const char* name) {
  if (!registered->find.is_valid()) {
    PyErr_SetString(PyExc_RuntimeError, "nlsq._core was imported without nlsq");
    throw nb::python_error();
  }
  const auto key = nb::steal<nb::str>(PyUnicode_InternFromString(name));
  if (registered->found.contains(key)) return registered->found[key];
  nb::object found = registered->find(key);
  registered->found[key] = found;
  return found;
}

nb::handle kept_operation(std::atomic<PyObject*>& kept, const char* name) {
  PyObject* found = kept.load(std::memory_order_acquire);
  if (found == nullptr) {
    found = operation(name).release().ptr();
    kept.store(found, std::memory_order_release);  // by two threads at worst, the same object
  }
  return found;
}

nb::handle refusal() {
  static std::atomic<PyObject*> refused{nullptr};
  return kept_operation(refused, "TraceRefused");
}

namespace {
std::atomic<std::uint64_t> forms{0};
}
void count_form() { forms.fetch_add(1, std::memory_order_relaxed); }
std::uint64_t forms_counted() { return forms.load(std::memory_order_relaxed); }

void refuse(Recording& recording, const std::string& why) {
  if (recording.poison.empty()) recording.poison = why;
  PyErr_SetString(refusal().ptr(), why.c_str());
  throw nb::python_error();
}

nb::object materialize(Column& column) {
  column.recording->looked = true;
  if (!column.array.is_valid()) {
    const std::size_t n = nb::len(column.operands);
    nb::list plain;
    for (std::size_t i = 0; i < n; ++i) {
      const nb::object input = column.operands[i];
      Column* lazy = nullptr;
      if (nb::try_cast<Column*>(input, lazy, false) && lazy != nullptr) {
        plain.append(materialize(*lazy));
      } else {
        plain.append(input);
      }
    }
    column.array = call_python(column.compute, *plain);
    if (is_array(column.array)) column.array.attr("setflags")(nb::arg("write") = false);
  }
  return column.array;
}

bool operand(const std::shared_ptr<Recording>& recording, nb::handle value, Traced& out) {
  PyObject* const p = value.ptr();
  if (PyFloat_CheckExact(p)) {
    out = constant(recording, PyFloat_AsDouble(p));
    return true;
  }
  Traced* traced = nullptr;
  if (nb::try_cast<Traced*>(value, traced, false) && traced != nullptr) {
    if (traced->recording != recording || !recording->open) {
      refuse(*recording, "a value of another call of a model was used");
    }
    out = *traced;
    return true;
  }
  if (PyBool_Check(p)) {
    out = constant(recording, p == Py_True ? 1.0 : 0.0, true);
    return true;
  }
  if (PyLong_Check(p) || PyFloat_Check(p)) {
    const double number = PyFloat_AsDouble(p);
    if (number == -1.0 && PyErr_Occurred() != nullptr) throw nb::python_error();
    out = constant(recording, number);
    return true;
  }
  const bool scalar = PyObject_IsInstance(p, numpy().generic.ptr()) == 1;
  if (!scalar && !is_array(value)) return false;
  if (!scalar && has_masked_values(value)) {
    refuse(*recording, "an array with masked values meets model values");
  }
  const char kind = kind_of(value);
  if (kind != 'f' && kind != 'i' && kind != 'u' && kind != 'b') return false;
  const auto size = nb::cast<index_t>(value.attr("size"));
  const auto dimensions = nb::cast<index_t>(value.attr("ndim"));
  if (dimensions == 0 || (dimensions == 1 && size == 1 && recording->rows != 1)) {
    recording->narrow |= kind == 'f' && nb::cast<index_t>(value.attr("itemsize")) < 8;
    out = constant(recording, nb::cast<double>(value.attr("item")()), kind == 'b');
    // One value in an array makes a row of whatever it meets only if that has rows already.
    return true;
  }
  if (dimensions != 1 || size == 0) return false;
  return column_of(recording, value, out);
}

nb::object record(std::string_view name, nb::handle ufunc, std::span<const nb::handle> inputs,
                  const std::shared_ptr<Recording>& recording) {
  std::array<NodeId, 3> nodes{};
  bool row = false, all_columns = true, all_boolean = true;
  index_t length = -1;
  NodeId mask = expr::kNone;
  if (inputs.size() > nodes.size()) refuse(*recording, std::string(name) + " of many values");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Traced t;
    if (!operand(recording, inputs[i], t)) return record_arrays(name, ufunc, inputs, *recording);
    nodes[i] = t.node;
    if (t.row) {
      if (row && (t.length != length || t.mask != mask)) {
        refuse(*recording, std::string(name) + " of rows of different lengths");
      }
      row = true;
      length = t.length;
      mask = t.mask;
    }
    all_boolean &= t.boolean;
    // Traced values that are no columns depend on the parameters.
    Traced* traced = nullptr;
    Column* column = nullptr;
    if (nb::try_cast<Traced*>(inputs[i], traced, false) && traced != nullptr &&
        !nb::try_cast<Column*>(inputs[i], column, false)) {
      all_columns = false;
    }
  }
  if (needs_boolean(name) && !all_boolean) refuse(*recording, std::string(name) + " of numbers");
  if (all_boolean && !gives_boolean(name) && name != "multiply" && name != "where") {
    refuse(*recording, std::string(name) + " of truth values");
  }
  const std::span<const NodeId> span(nodes.data(), inputs.size());
  expr::Graph& graph = recording->graph();
  NodeId node = special_case(graph, name, span);
  if (node == expr::kNone) {
    const std::string_view function = expr::function_of_numpy(name);
    if (!function.empty()) node = expr::build_call(graph, function, span);
  }
  if (node == expr::kNone) refuse(*recording, "NumPy's " + std::string(name));
  if (graph.size() > 100000) {
    refuse(
        *recording,
        "more than 100,000 operations; a product of a matrix and the parameters is one operation "
        "a column if the matrix is xdata");
  }
  const bool boolean = gives_boolean(name) || (all_boolean && name == "multiply");
  if (!all_columns) {
    return nb::cast(Traced{recording, node, row, boolean, false, length, mask});
  }
  Column lazy;
  static_cast<Traced&>(lazy) = {recording, node, row, boolean, false, length};
  lazy.compute = nb::borrow(ufunc);
  nb::list operands;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    // An array of the caller's is kept as it is now.
    const bool captured = !nb::isinstance<Traced>(inputs[i]) && graph[nodes[i]].op == Op::column;
    operands.append(captured ? recording->arrays[static_cast<std::size_t>(graph[nodes[i]].imm)]
                             : nb::borrow(inputs[i]));
  }
  lazy.operands = nb::tuple(operands);
  return nb::cast(std::move(lazy));
}

}  // namespace nlsq::python
