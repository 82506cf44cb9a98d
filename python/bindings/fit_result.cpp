// SPDX-License-Identifier: MIT
// The result of a fit as the core has it: _core.FitResult.
#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "array.hpp"
#include "nlsq/fit.hpp"
#include "tables.hpp"
#include "trace.hpp"

namespace nlsq::python {
namespace {

nb::list issues_of(const FitResult& result) {
  nb::list issues;
  for (const Issue& issue : result.issues) {
    nb::dict values;
    if (!issue.names.empty()) values["parameters"] = nb::cast(issue.names);
    for (const auto& [name, number] : issue.numbers) values[name.c_str()] = number;
    issues.append(nb::make_tuple(to_string(issue.id), issue.sentence, values));
  }
  return issues;
}

void add_issue(FitResult& result, const std::string& id, std::string sentence,
               std::vector<std::string> names) {
  for (const IssueKind& kind : issue_kinds()) {
    if (kind.text != id) continue;
    result.warn({kind.id, std::move(sentence), std::move(names), {}});
    return;
  }
  throw nb::value_error(("there is no issue '" + id + "'").c_str());
}

// (name, value, error, expression) of each derived quantity.
nb::list derived_of(const FitResult& r) {
  nb::list all;
  for (const FitResult::Derived& d : r.derived)
    all.append(nb::make_tuple(d.name, d.value, d.error, d.expression));
  return all;
}

nb::object redundancy_of(const FitResult& r) {
  const Redundancy& known = r.redundancy;
  if (known.empty()) return nb::none();
  const std::size_t N = r.names.size();
  return nb::make_tuple(new_matrix(known.covariance, N),
                        new_matrix(known.directions, known.directions.size() / N),
                        new_array(known.scale), known.tolerance);
}

nb::object device_of(const FitResult& r) {
  if (r.device.id.empty()) return nb::none();
  nb::dict values;
  values["id"] = r.device.id;
  values["name"] = r.device.name;
  values["uploaded"] = r.device.uploaded;
  values["moved"] = r.device.moved;
  values["most_a_pass"] = r.device.most_a_pass;
  values["passes"] = r.device.passes;
  return values;
}

nb::dict fingerprints_of(const FitResult& r) {
  nb::dict of_arrays;
  for (const FitResult::Fingerprint& array : r.fingerprints) {
    const auto address = reinterpret_cast<std::uintptr_t>(array.data);
    of_arrays[nb::make_tuple(address, array.bytes)] = array.value;
  }
  return of_arrays;
}

// With the command's option by its name in Python.
std::string report_of(const FitResult& r, double level, bool color) {
  std::string text = r.report({.color = color, .level = level});
  const std::string option = "--absolute-sigma", name = "absolute_sigma=True";
  for (auto at = text.find(option); at != std::string::npos; at = text.find(option, at))
    text.replace(at, option.size(), name);
  return text;
}

using ResultClass = nb::class_<FitResult>;

// What came out: parameters, errors, statistics, how it ended.
void bind_outcome(ResultClass& result) {
  result.def_ro("names", &FitResult::names)
      .def_ro("tied", &FitResult::tied)
      .def_prop_ro("derived", &derived_of,
                   "(name, value, error, expression) of each derived quantity.")
      .def_prop_ro("derived_cov",
                   [](const FitResult& r) { return new_matrix(r.derived_cov, r.derived.size()); })
      .def_prop_ro("popt", [](const FitResult& r) { return new_array(r.popt); })
      .def_prop_ro("pcov", [](const FitResult& r) { return new_matrix(r.pcov, r.names.size()); })
      .def_prop_ro("perr", [](const FitResult& r) { return new_array(r.perr); })
      .def_prop_ro("p0", [](const FitResult& r) { return new_array(r.p0); })
      .def_ro("fixed", &FitResult::fixed)
      .def_ro("at_bound", &FitResult::at_bound)
      .def_prop_ro(
          "redundancy", &redundancy_of,
          "Of a Jacobian without full rank: pcov by the pseudo-inverse, directions that change no "
          "value of the model, scales of the parameters and what counts as rounding; else None.");
}

// How it was made, what to know before trusting it, and what can be asked of it.
void bind_path(ResultClass& result) {
  result
      .def_prop_ro(
          "device", &device_of,
          "The device that made the passes: id, name, bytes uploaded and moved; None without one.")
      .def(
          "covariance",
          [](const FitResult& r, const std::vector<index_t>& positions) {
            return new_matrix(r.covariance(positions), positions.size());
          },
          nb::arg("positions"), "Covariance of some parameters, of any number of them.")
      .def_ro("warnings", &FitResult::warnings)
      .def_prop_ro("issues", &issues_of, "(id, sentence, values) of each warning.")
      .def(
          "set_start_source", [](FitResult& r, std::string source) { r.start_source = source; },
          nb::arg("source"), "Of a fit whose start was chosen outside of it.")
      .def("warn", &add_issue, nb::arg("id"), nb::arg("sentence"),
           nb::arg("names") = std::vector<std::string>{},
           "Adds an issue of the table in issue_kinds(), and its sentence to the warnings.")
      .def_prop_ro("fingerprints", &fingerprints_of,
                   "{(address, bytes): fingerprint} of the long arrays that were read.")
      .def("intervals", &FitResult::intervals, nb::arg("level") = 0.95)
      .def("correlation",
           [](const FitResult& r) { return new_matrix(r.correlation(), r.names.size()); })
      .def("explain", &FitResult::explain,
           "Derivatives, program, path and what a row took, with reasons: a line each.")
      .def("report", &report_of, nb::arg("level") = 0.95, nb::arg("color") = false);
}

}  // namespace

void bind_fit_result(nb::module_& m) {
  ResultClass result(m, "FitResult", "Everything the core knows about a fit.");
  bind_tables(m, result);
  bind_outcome(result);
  bind_path(result);
}

}  // namespace nlsq::python
