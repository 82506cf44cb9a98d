// SPDX-License-Identifier: MIT
// least_squares of the core on Python callables. The GIL is held only while one of them runs.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstring>

#include "nlsq/least_squares.hpp"
#include "options.hpp"
#include "trace.hpp"

namespace nlsq::python {
namespace {

using Result = nb::ndarray<const double, nb::c_contig, nb::device::cpu>;

nb::object array_of(std::span<const double> values) {
  auto* const copy = new double[values.empty() ? 1 : values.size()];
  std::memcpy(copy, values.data(), values.size_bytes());
  const nb::capsule owner(copy, [](void* p) noexcept { delete[] static_cast<double*>(p); });
  return nb::cast(nb::ndarray<nb::numpy, double, nb::ndim<1>>(copy, {values.size()}, owner));
}

// Calls function(p) and copies its float64 result; Python wraps user functions so that they give
// contiguous float64 of the right size.
void call_into(nb::handle function, std::span<const double> p, std::span<double> out) {
  const nb::gil_scoped_acquire gil;
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
  const nb::object value = function(array_of(p));
  const auto result = nb::cast<Result>(value);
  if (result.size() != out.size()) {
    throw nb::value_error("the function returned another number of values than at the start");
  }
  std::memcpy(out.data(), result.data(), out.size_bytes());
}

FitResult run_least_squares(nb::handle fun, nb::handle jac, index_t m,
                            const std::vector<double>& x0, const std::vector<double>& lower,
                            const std::vector<double>& upper, nb::handle loss, double f_scale,
                            bool three_point, const std::vector<double>& diff_step,
                            const std::vector<std::string>& names, bool absolute_sigma,
                            nb::handle callback, const nb::dict& solver) {
  LeastSquaresOptions options;
  options.lower = lower;
  options.upper = upper;
  if (!loss.is_none()) options.loss = parse_loss(nb::cast<std::string>(loss));
  options.f_scale = f_scale;
  options.differences = three_point ? Differences::three_point : Differences::two_point;
  options.diff_step = diff_step;
  options.names = names;
  options.absolute_sigma = absolute_sigma;
  for (const auto& [name, value] : solver) set_solver(options, name, value);
  options.callback = callback_of(callback, true);
  const ResidualFunction residuals = [fun](std::span<const double> p, std::span<double> f) {
    call_into(fun, p, f);
  };
  if (jac.is_none()) {
    const nb::gil_scoped_release release;
    return least_squares(residuals, m, x0, options);
  }
  const JacobianFunction jacobian = [jac](std::span<const double> p, std::span<double> J) {
    call_into(jac, p, J);
  };
  const nb::gil_scoped_release release;
  return least_squares(residuals, jacobian, m, x0, options);
}

}  // namespace

void bind_least_squares(nb::module_& m) {
  m.def("least_squares", &run_least_squares, nb::arg("fun"), nb::arg("jac").none(), nb::arg("m"),
        nb::arg("x0"), nb::arg("lower") = std::vector<double>{},
        nb::arg("upper") = std::vector<double>{}, nb::arg("loss").none() = nb::none(),
        nb::arg("f_scale") = 1.0, nb::arg("three_point") = false,
        nb::arg("diff_step") = std::vector<double>{}, nb::arg("names") = std::vector<std::string>{},
        nb::arg("absolute_sigma") = false, nb::arg("callback").none() = nb::none(),
        nb::arg("solver") = nb::dict(),
        "Minimizes over residual callables that take and give float64 arrays; see "
        "nlsq.least_squares.");
}

}  // namespace nlsq::python
