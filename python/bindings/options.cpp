// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <cstring>
#include <limits>
#include <string>

#include "gil.hpp"
#include "nlsq/error.hpp"
#include "nlsq/result.hpp"

namespace nlsq::python {

void set_solver(SolverOptions& options, nb::handle name, nb::handle value) {
  const std::string key = nb::cast<std::string>(name);
#define NLSQ_TOLERANCE(tolerance, initial, meaning) \
  if (key == #tolerance) {                          \
    options.tolerance = nb::cast<double>(value);    \
    return;                                         \
  }
#include "nlsq/options.def"
  if (key == "method") {
    options.method = parse_method(nb::cast<std::string>(value));
  } else if (key == "x_scale") {
    options.x_scale = nb::cast<std::vector<double>>(value);
  } else if (key == "max_nfev") {
    options.max_nfev = nb::cast<index_t>(value);
  } else if (key == "max_polish") {
    options.max_polish = nb::cast<index_t>(value);
  } else if (key == "precision") {
    options.precision = parse_precision(nb::cast<std::string>(value));
  } else if (key == "second_start") {
    const std::string which = nb::cast<std::string>(value);
    options.second_start = which == "any"           ? SecondStart::any
                           : which == "same_scales" ? SecondStart::same_scales
                           : which == "no_better"   ? SecondStart::no_better
                                                    : SecondStart::none;
  } else if (key == "judge") {
    options.judge = nb::cast<bool>(value);
  } else if (key == "polish") {
    options.polish = nb::cast<bool>(value);
  } else {
    throw nb::type_error(("unknown option " + key).c_str());
  }
}

void set_relations(FitOptions& options, const nb::dict& relations) {
  for (const auto& [key, value] : relations) {
    const std::string what = nb::cast<std::string>(key);
    if (what == "ties") {
      options.ties = nb::cast<std::map<std::string, std::string>>(value);
    } else if (what == "priors") {
      for (const auto& [name, pair] :
           nb::cast<std::map<std::string, std::pair<double, double>>>(value))
        options.priors[name] = {pair.first, pair.second};
    } else if (what == "derived") {
      for (const auto& [name, text] :
           nb::cast<std::vector<std::pair<std::string, std::string>>>(value))
        options.derived.push_back({name, text});
    } else {
      options.start = nb::cast<std::map<std::string, double>>(value);
    }
  }
}

int thread_argument(nb::handle threads) {
  const nb::object number = nb::steal(PyNumber_Index(threads.ptr()));
  if (!number.is_valid()) {
    PyErr_Clear();
    throw nb::type_error(("threads is " + nb::cast<std::string>(nb::repr(threads)) +
                          "; it must be a whole number, or 0 for the default of the machine")
                             .c_str());
  }
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(number.ptr(), &overflow);
  if (overflow != 0 || value > std::numeric_limits<int>::max() || value < 0) {
    throw InputError("threads", "threads is " + nb::cast<std::string>(nb::str(number)) +
                                    "; it must be from 1 to " +
                                    std::to_string(std::numeric_limits<int>::max()) +
                                    ", or 0 for the default of the machine");
  }
  return static_cast<int>(value);
}

std::function<bool(const Iteration&)> callback_of(nb::handle user) {
  if (user.is_none()) return {};
  return [user](const Iteration& seen) {
    const WithGil gil;
    check_signals();
    auto* const copy = new double[seen.parameters.size() + 1];
    std::memcpy(copy, seen.parameters.data(), seen.parameters.size_bytes());
    const nb::capsule owner(copy, [](void* p) noexcept { delete[] static_cast<double*>(p); });
    const nb::object parameters = nb::cast(
        nb::ndarray<nb::numpy, double, nb::ndim<1>>(copy, {seen.parameters.size()}, owner));
    const nb::object stop = call_python(user, seen.iteration, seen.nfev, seen.cost, seen.step_norm,
                                        seen.optimality, parameters);
    const int truth = PyObject_IsTrue(stop.ptr());
    if (truth < 0) throw nb::python_error();
    return truth == 1;
  };
}

std::function<void()> signal_watch(index_t values) {
  using Clock = std::chrono::steady_clock;
  constexpr index_t kWatched = 50000;  // single passes take time from here on
  constexpr int kQuickPasses = 4;      // of smaller fits: over before a finger is off the key
  static constexpr std::chrono::milliseconds kBetweenLooks{30};
  int skip = values >= kWatched ? 0 : kQuickPasses;
  know_main_thread();
  return [skip, last = Clock::time_point()]() mutable {
    if (skip-- > 0) return;
    skip = 0;
    const Clock::time_point now = Clock::now();
    if (now - last < kBetweenLooks) return;
    last = now;
    if (is_main_thread()) {
      const WithGil gil;
      check_signals();
    } else if (interpreter_ends()) {
      throw InterpreterEnds();
    }
  };
}

}  // namespace nlsq::python
