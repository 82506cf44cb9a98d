// SPDX-License-Identifier: MIT
// Estimates of memory, and plans of fits that are not made, for Python.
#include "nlsq/memory.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include "nlsq/fit.hpp"
#include "nlsq/plan.hpp"
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

// Of so many rows that need not exist; a start for every parameter or for none.
nb::tuple plan(const Model& model, index_t rows, bool start_given, index_t memory_limit) {
  FitOptions options;
  options.method = Method::automatic;
  options.check_finite = false;
  options.memory_limit = memory_limit;
  if (start_given) options.p0.assign(model.parameters().size(), 1.0);
  Values values;
  values.size = rows;
  Dataset data;
  for (const std::string& name : model.columns()) data.column(name, values);
  for (index_t o = 0; o < model.outputs(); ++o) data.response(values);
  return nb::make_tuple(to_string(plan_of(model, data, options).numerics.method),
                        explain(model, data, options));
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
  m.def("plan", &plan, nb::arg("model"), nb::arg("rows"), nb::arg("start_given"),
        nb::arg("memory_limit") = 0,
        "(method, explanation) of a fit of a model to so many rows, which is not made.");
  m.def("shown_bytes", &shown_bytes, nb::arg("bytes"), "Bytes as a text such as 1.7 MiB.");
}

}  // namespace nlsq::python
