// SPDX-License-Identifier: MIT
// Tracing a Python model: what the model does to its parameters and to x is recorded as a graph.
// The rules that keep it sound are in docs/tracing.md; a use that cannot be recorded refuses, and a
// refusal poisons the whole trace, whatever the function does next.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expr/model.hpp"

namespace nlsq::python {

namespace nb = nanobind;

/// One call of a model function.
struct Recording {
  std::shared_ptr<expr::Trace> trace = std::make_shared<expr::Trace>();
  index_t rows = 0;
  bool open = true;
  bool lazy_x = false;              ///< column 0 is x
  bool narrow = false;              ///< a float32 value took part
  bool looked = false;              ///< somebody asked for the values of a column
  bool reshaped = false;            ///< there are columns that no row of the result may use
  std::string poison;               ///< why it was refused; empty: not refused
  std::vector<nb::object> arrays;   ///< of the columns, contiguous float64 or float32
  std::vector<nb::object> sources;  ///< what each column was made from, kept so that no address is
                                    ///< used twice
  nb::object memo;       ///< a dict of columns made from others, see nlsq/_tracing/row_items.py
  nb::object index;      ///< of the pandas Series that took part, or null
  nb::object decisions;  ///< a Decisions of nlsq/_recording/decisions.py, or null: none may be made
  bool decided = false;  ///< a decision on parameters was made

  expr::Graph& graph() { return trace->model.graph; }
};

/// A traced value: shape () or (rows,), or a row of another length.
struct Traced {
  std::shared_ptr<Recording> recording;
  expr::NodeId node = expr::kNone;
  bool row = false;      ///< shape (rows,)
  bool boolean = false;  ///< of NumPy's bool type
  bool shared = false;   ///< there are views of it, or it is one: not to be changed in place
  index_t length = -1;   ///< of a row; −1: the recording's rows
  expr::NodeId mask = expr::kNone;  ///< of a row: it has the values where this is true, no others
};

inline index_t length_of(const Traced& t) {
  return !t.row ? 1 : t.length < 0 ? t.recording->rows : t.length;
}

/// x and what is computed from data alone: recorded like a traced value, and an array as soon as
/// anything else is done with it.
struct Column : Traced {
  nb::object array;    ///< its values; null until somebody needs them
  nb::object compute;  ///< a function and its operands, for a value not computed yet
  nb::tuple operands;
  bool is_x = false;
};

/// Refuses: poisons the recording and raises TraceRefused.
[[noreturn]] void refuse(Recording& recording, const std::string& why);

/// The exception that refuse() raises.
nb::handle refusal();

/// An operation on recorded values that is written in Python (nlsq/_tracing/dispatch.py has the
/// names).
nb::object operation(const char* name);

/// The same, looked up once. No static initializer does it: the look-up may import a module and so
/// give the GIL to a thread that would wait for the initializer.
nb::handle kept_operation(std::atomic<PyObject*>& kept, const char* name);

/// Counts recordings' uses of what is put together in Python (blocks, joined rows, items): records
/// of such models are compared with their functions at every fit.
void count_form();
std::uint64_t forms_counted();

/// The plain array of a column.
nb::object materialize(Column& column);

/// A value that may meet traced ones: a number, a traced value, an array of `rows` values. False
/// when it is none of them.
bool operand(const std::shared_ptr<Recording>& recording, nb::handle value, Traced& out);

/// The traced result of a ufunc or operator by NumPy's name ("add", "exp", "where", …) on operands
/// of which at least one is a Traced or Column. Refuses what has no operation.
nb::object record(std::string_view name, nb::handle ufunc, std::span<const nb::handle> inputs,
                  const std::shared_ptr<Recording>& recording);

/// The model of some nodes with the columns they use, in a graph of its own, and those columns.
std::pair<Model, nb::list> separate_model(const Recording& recording,
                                          std::span<const expr::NodeId> outputs);

/// [(model, columns, rows, positions)] of the rows and numbers of [(positions, value)].
nb::list separate_terms(const Recording& recording, const nb::object& values);

/// Indices of traced values, and their attributes.
extern const PyType_Slot array_slots[];
void bind_attributes(nb::class_<Traced>& traced);

void bind_operations(nb::module_& m);
void bind_trace(nb::module_& m);
void bind_trace_rows(nb::module_& m);
void bind_trace_rollup(nb::module_& m);
void bind_fit_terms(nb::module_& m);
void bind_fit_problem(nb::module_& m);
void bind_fit_many(nb::module_& m);
void bind_model(nb::module_& m);
void bind_fit(nb::module_& m);
void bind_fit_result(nb::module_& m);
void bind_rows(nb::module_& m);
void bind_remote(nb::module_& m);
void bind_quick_fit(nb::module_& m);
void bind_device(nb::module_& m);
void bind_memory(nb::module_& m);
void bind_least_squares(nb::module_& m);
void bind_runtime(nb::module_& m);

}  // namespace nlsq::python
