// SPDX-License-Identifier: MIT
// Tracing a Python model: what the model does to its parameters and to x is recorded as a graph.
// The rules that keep it sound are in docs/tracing.md; a use that cannot be recorded refuses, and a
// refusal poisons the whole trace, whatever the function does next.
#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <string>
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
  std::string poison;               ///< why it was refused; empty: not refused
  std::vector<nb::object> arrays;   ///< of the columns, contiguous float64 or float32
  std::vector<nb::object> sources;  ///< what each column was made from, kept so that no address is
                                    ///< used twice

  expr::Graph& graph() { return trace->model.graph; }
};

/// A traced value: shape () or (rows,).
struct Traced {
  std::shared_ptr<Recording> recording;
  expr::NodeId node = expr::kNone;
  bool row = false;      ///< shape (rows,)
  bool boolean = false;  ///< of NumPy's bool type
};

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

/// The plain array of a column.
nb::object materialize(Column& column);

/// A value that may meet traced ones: a number, a traced value, an array of `rows` values. False
/// when it is none of them.
bool operand(const std::shared_ptr<Recording>& recording, nb::handle value, Traced& out);

/// The traced result of a ufunc or operator by NumPy's name ("add", "exp", "where", …) on operands
/// of which at least one is a Traced or Column. Refuses what has no operation.
nb::object record(std::string_view name, nb::handle ufunc, std::span<const nb::handle> inputs,
                  const std::shared_ptr<Recording>& recording);

void bind_trace(nb::module_& m);
void bind_model(nb::module_& m);
void bind_fit(nb::module_& m);
void bind_quick_fit(nb::module_& m);
void bind_least_squares(nb::module_& m);
void bind_runtime(nb::module_& m);

}  // namespace nlsq::python
