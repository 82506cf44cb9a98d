// SPDX-License-Identifier: MIT
// Called for Python.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <utility>

#include "array.hpp"
#include "called.hpp"

namespace nlsq::python {

void bind_called(nb::module_& m) {
  nb::class_<Called>(m, "Called",
                     "Residuals that are a Python function; see nlsq/_scipy/black_box.py.")
      .def(nb::init<nb::object, nb::object, index_t, index_t>(), nb::arg("function"),
           nb::arg("plain"), nb::arg("n"), nb::arg("m"))
      .def("set_model", &Called::set_model, nb::arg("data").none(), nb::arg("y"),
           nb::arg("sigma").none(), nb::arg("full"), nb::arg("free"), nb::arg("numpy_scalars"),
           "Residuals are (function(data, *parameters) - y) / sigma from now on.")
      .def("set_jacobian", &Called::set_jacobian, nb::arg("jacobian"), "jacobian(x) gives (m, n).")
      .def("set_arguments", &Called::set_arguments, nb::arg("arguments"),
           "Further arguments of the function and of the Jacobian's.")
      .def("set_plain_jacobian", &Called::set_plain_jacobian, nb::arg("plain"),
           nb::arg("columns_first"),
           "Jacobians may be (n, m), with columns_first, and what plain makes (m, n) of.")
      .def(
          "set_differences",
          [](Called& called, bool central, double epsilon, std::vector<double> relative,
             std::vector<double> lower, std::vector<double> upper, double at_zero) {
            DifferenceRule rule =
                rule_of(central, epsilon, std::move(relative), std::move(lower), std::move(upper));
            rule.at_zero = at_zero;
            called.set_differences(std::move(rule));
          },
          nb::arg("central"), nb::arg("epsilon"), nb::arg("relative"), nb::arg("lower"),
          nb::arg("upper"), nb::arg("at_zero") = 0.0,
          "The Jacobian is made of differences; at_zero: |x| that relative steps are meant of "
          "where "
          "x is 0, 0: none.")
      .def("remember", &Called::remember, nb::arg("x"), nb::arg("f"),
           nb::arg("jacobian").none() = nb::none(),
           "What is known of a point already; whether its residuals are finite.")
      .def(
          "remember_values",
          [](Called& called, const std::vector<double>& x, nb::handle values) {
            called.remember_values(x, values);
          },
          nb::arg("x"), nb::arg("values"), "What the function gave at x.")
      .def(
          "known",
          [](Called& called, const std::vector<double>& x) -> nb::object {
            const CalledPoint* const point = called.known(x);
            return point == nullptr ? nb::none() : new_array(point->f);
          },
          nb::arg("x"), "Residuals (m,) at x if they are remembered, else None.")
      .def(
          "values",
          [](Called& called, const std::vector<double>& x) { return new_array(called.at(x).f); },
          nb::arg("x"), "Residuals (m,) at x.")
      .def(
          "jacobian",
          [](Called& called, const std::vector<double>& x) {
            return new_matrix(called.with_jacobian(x).jacobian,
                              static_cast<std::size_t>(called.rows()));
          },
          nb::arg("x"), "Their derivatives (m, n) at x.")
      .def(
          "known_jacobian",
          [](Called& called, const std::vector<double>& x) -> nb::object {
            const std::vector<double>& known = called.at(x).jacobian;
            if (known.empty()) return nb::none();
            return new_matrix(known, static_cast<std::size_t>(called.rows()));
          },
          nb::arg("x"), "The same if they were computed before, else None.")
      .def(
          "last_jacobian",
          [](const Called& called) -> nb::object {
            const std::vector<double>& last = called.last_jacobian();
            if (last.empty()) return nb::none();
            return new_matrix(last, static_cast<std::size_t>(called.rows()));
          },
          "The Jacobian (m, n) that was computed last, or None.")
      .def_ro("nfev", &Called::nfev)
      .def_ro("njev", &Called::njev)
      .def_ro("evaluations", &Called::evaluations);
}

}  // namespace nlsq::python
