// SPDX-License-Identifier: MIT
// nlsq._core: the engine for the Python package. Nothing here is public; nlsq/*.py is.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "called.hpp"
#include "gil.hpp"
#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"
#include "nlsq/version.hpp"
#include "trace.hpp"

namespace {

// The core counts rows from 1, as people count lines of a file; in Python one looks at x[8].
std::string with_indices(std::string text) {
  const std::string words = " in row ";
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
    const std::size_t first = at + words.size();
    const std::size_t end = std::min(text.find_first_not_of("0123456789", first), text.size());
    if (end == first) continue;
    const long long row = std::stoll(text.substr(first, end - first));
    text.replace(at, end - at, " at index " + std::to_string(row - 1));
  }
  return text;
}

}  // namespace

NB_MODULE(_core, m) {
  namespace nb = nanobind;
  m.doc() = "The engine of nlsq.";
  // Names of NumPy looked up once are kept to the end on purpose.
  nb::set_leak_warnings(false);
  nb::register_exception_translator([](const std::exception_ptr& p, void*) {
    try {
      std::rethrow_exception(p);
    } catch (const nlsq::InputError& error) {
      PyErr_SetString(PyExc_ValueError, with_indices(error.what()).c_str());
    } catch (const nlsq::IoError& error) {
      PyErr_SetString(PyExc_OSError, error.what());
    } catch (const nlsq::python::InterpreterEnds&) {
      PyErr_SetString(PyExc_RuntimeError, "the interpreter ends");
    }
  });
  m.def(
      "version", [] { return std::string(nlsq::version()); }, "The version of the engine.");
  m.def("chosen_isa", &nlsq::chosen_isa, "The instruction set that fits use.");
  m.def("default_threads", &nlsq::default_threads, "Threads of a fit that asks for none.");
  m.def(
      "jacobian_mode_setting",
      [] {
        const nlsq::JacobianModeSetting now = nlsq::jacobian_mode_setting();
        return nb::make_tuple(now.mode, now.source);
      },
      "The order of derivation of a fit that asks for none, and what chose it.");
  m.def(
      "nearest_name",
      [](const std::string& name, const std::vector<std::string>& candidates) {
        return nlsq::nearest_name(name, candidates);
      },
      "The candidate nearest to a name; empty when none is near.");
  nlsq::python::bind_model(m);
  nlsq::python::bind_operations(m);
  nlsq::python::bind_trace(m);
  nlsq::python::bind_trace_rows(m);
  nlsq::python::bind_trace_rollup(m);
  nlsq::python::bind_fit_result(m);
  nlsq::python::bind_fit(m);
  nlsq::python::bind_rows(m);
  nlsq::python::bind_remote(m);
  nlsq::python::bind_quick_fit(m);
  nlsq::python::bind_device(m);
  nlsq::python::bind_called(m);
  nlsq::python::bind_leastsq(m);
  nlsq::python::bind_kept_residuals(m);
  nlsq::python::bind_fit_terms(m);
  nlsq::python::bind_fit_problem(m);
  nlsq::python::bind_fit_many(m);
  nlsq::python::bind_least_squares(m);
  nlsq::python::bind_memory(m);
  nlsq::python::bind_runtime(m);
}
