// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstring>

#include "nlsq/result.hpp"

namespace nlsq::python {

void set_solver(SolverOptions& options, nb::handle name, nb::handle value) {
  const std::string key = nb::cast<std::string>(name);
  if (key == "method") {
    options.method = parse_method(nb::cast<std::string>(value));
  } else if (key == "ftol") {
    options.ftol = nb::cast<double>(value);
  } else if (key == "xtol") {
    options.xtol = nb::cast<double>(value);
  } else if (key == "gtol") {
    options.gtol = nb::cast<double>(value);
  } else if (key == "x_scale") {
    options.x_scale = nb::cast<std::vector<double>>(value);
  } else if (key == "max_nfev") {
    options.max_nfev = nb::cast<index_t>(value);
  } else if (key == "max_polish") {
    options.max_polish = nb::cast<index_t>(value);
  } else if (key == "precision") {
    options.precision = parse_precision(nb::cast<std::string>(value));
  } else if (key == "polish") {
    options.polish = nb::cast<bool>(value);
  } else {
    throw nb::type_error(("unknown option " + key).c_str());
  }
}

std::function<bool(const Iteration&)> callback_of(nb::handle user) {
  if (user.is_none()) return {};
  return [user](const Iteration& seen) {
    const nb::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
    auto* const copy = new double[seen.parameters.size() + 1];
    std::memcpy(copy, seen.parameters.data(), seen.parameters.size_bytes());
    const nb::capsule owner(copy, [](void* p) noexcept { delete[] static_cast<double*>(p); });
    const nb::object parameters = nb::cast(
        nb::ndarray<nb::numpy, double, nb::ndim<1>>(copy, {seen.parameters.size()}, owner));
    const nb::object stop =
        user(seen.iteration, seen.nfev, seen.cost, seen.step_norm, seen.optimality, parameters);
    const int truth = PyObject_IsTrue(stop.ptr());
    if (truth < 0) throw nb::python_error();
    return truth == 1;
  };
}

std::function<void()> signal_watch(index_t values) {
  constexpr index_t kWatched = 50000;  // single passes take time from here on
  constexpr int kQuickPasses = 64;     // of smaller fits: over before a finger is off the key
  int skip = values >= kWatched ? 0 : kQuickPasses;
  return [skip]() mutable {
    if (skip-- > 0) return;
    skip = 0;
    const nb::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
  };
}

}  // namespace nlsq::python
