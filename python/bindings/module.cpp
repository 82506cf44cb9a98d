// SPDX-License-Identifier: MIT
// nlsq._core: the engine for the Python package. Nothing here is public; nlsq/*.py is.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "called.hpp"
#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"
#include "nlsq/version.hpp"
#include "trace.hpp"

NB_MODULE(_core, m) {
  namespace nb = nanobind;
  m.doc() = "The engine of nlsq.";
  // Names of NumPy looked up once are kept to the end on purpose.
  nb::set_leak_warnings(false);
  nb::register_exception_translator([](const std::exception_ptr& p, void*) {
    try {
      std::rethrow_exception(p);
    } catch (const nlsq::InputError& error) {
      PyErr_SetString(PyExc_ValueError, error.what());
    }
  });
  m.def(
      "version", [] { return std::string(nlsq::version()); }, "The version of the engine.");
  m.def("chosen_isa", &nlsq::chosen_isa, "The instruction set that fits use.");
  m.def("default_threads", &nlsq::default_threads, "Threads of a fit that asks for none.");
  m.def(
      "nearest_name",
      [](const std::string& name, const std::vector<std::string>& candidates) {
        return nlsq::nearest_name(name, candidates);
      },
      "The candidate nearest to a name; empty when none is near.");
  nlsq::python::bind_model(m);
  nlsq::python::bind_trace(m);
  nlsq::python::bind_trace_rows(m);
  nlsq::python::bind_trace_rollup(m);
  nlsq::python::bind_fit(m);
  nlsq::python::bind_quick_fit(m);
  nlsq::python::bind_called(m);
  nlsq::python::bind_fit_terms(m);
  nlsq::python::bind_least_squares(m);
  nlsq::python::bind_runtime(m);
}
