// SPDX-License-Identifier: MIT
// Model functions whose record follows from their code: it is kept, and the function is not called
// again while everything its code can name is the same object as before.
//
// The conditions (docs/tracing.md, "Kept records"): a plain function of x and n parameters, without
// captured variables, defaults, nested code or varying arguments, whose global and attribute names
// are NumPy itself, NumPy's ufuncs, a few of its functions, or numbers; and a recording that made
// nothing but x its data and never looked at x's values. Such code has no other input.
#pragma once

#include <nanobind/nanobind.h>

#include <optional>
#include <string>
#include <vector>

#include "nlsq/model.hpp"

namespace nlsq::python {

namespace nb = nanobind;

/// What the code of a function names, seen at one moment.
class PureNames {
 public:
  /// Empty if the function, called with x and n parameters, is none of those described above.
  static std::optional<PureNames> of(nb::handle function, std::size_t n);

  /// Whether every name still stands for what it stood for, among these globals.
  bool hold(nb::handle globals) const;

 private:
  struct Name {
    nb::object name;
    nb::object global;     // what it is among the globals, or null
    nb::object attribute;  // what NumPy has by that name, or null
    nb::object builtin;    // what the built-ins have by that name, or null
  };
  std::vector<Name> names_;
};

/// The record kept for a function with parameters of these names; empty if there is none, or if it
/// holds no longer.
std::optional<Model> kept_record(nb::handle function, const std::vector<std::string>& parameters);

/// The same for a record that was compared with its function; of n parameters of any names (0:
/// as many as it has), or of these names.
std::optional<Model> trusted_record(nb::handle function, std::size_t n);
std::optional<Model> trusted_record(nb::handle function, const std::vector<std::string>& names);

/// Keeps a record. `names` was read before the function was called.
void keep_record(nb::handle function, PureNames names, const std::vector<std::string>& parameters,
                 const Model& model);

/// Says that the records kept for a function were compared with it.
void trust_records(nb::handle function);

/// Forgets all of them.
void forget_records();

}  // namespace nlsq::python
