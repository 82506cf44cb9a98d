// SPDX-License-Identifier: MIT
// Estimates of memory for Python.
#include "nlsq/memory.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "trace.hpp"

namespace nlsq::python {
namespace {

nb::dict as_dict(const MemoryEstimate& estimate) {
  nb::dict out;
  out["data"] = estimate.data;
  out["working"] = estimate.working;
  out["most"] = estimate.most;
  out["least"] = estimate.least;
  out["sample_rows"] = estimate.sample_rows;
  out["threads"] = estimate.threads;
  return out;
}

}  // namespace

void bind_memory(nb::module_& m) {
  m.def(
      "estimate_memory",
      [](const Model& model, index_t rows) { return as_dict(estimate_memory(model, rows)); },
      nb::arg("model"), nb::arg("rows"), "Bytes of a fit of a model to so many rows.");
  m.def(
      "estimate_ordinary_memory",
      [](index_t rows, index_t parameters) { return as_dict(estimate_memory(rows, parameters)); },
      nb::arg("rows"), nb::arg("parameters"), "The same of a model of ordinary size.");
  m.def("callback_memory", &callback_memory, nb::arg("residuals"), nb::arg("parameters"),
        "Bytes of a fit of a function that is called as it is.");
  m.def(
      "parse_bytes",
      [](const std::string& text, const std::string& argument) {
        return parse_bytes(text, argument);
      },
      nb::arg("text"), nb::arg("argument"), "Bytes of a text such as 256M.");
  m.def("shown_bytes", &shown_bytes, nb::arg("bytes"), "Bytes as a text such as 1.7 MiB.");
}

}  // namespace nlsq::python
