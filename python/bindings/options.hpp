// SPDX-License-Identifier: MIT
// Options of the core from Python's keyword arguments.
#pragma once

#include <nanobind/nanobind.h>

#include <functional>

#include "nlsq/fit.hpp"

namespace nlsq::python {

namespace nb = nanobind;

/// Sets the solver option of a name: method, ftol, xtol, gtol, x_scale, max_nfev, polish,
/// max_polish.
void set_solver(SolverOptions& options, nb::handle name, nb::handle value);

/// Ties, priors, derived quantities and starts of parameters that ties add, from a dict.
void set_relations(FitOptions& options, const nb::dict& relations);

/// An argument `threads`: a whole number that is an int. Throws TypeError and ValueError.
int thread_argument(nb::handle threads);

/// The callback of a fit: the user's, as user(iteration, nfev, cost, step_norm, optimality,
/// parameters), true to stop. Empty for None.
std::function<bool(const Iteration&)> callback_of(nb::handle user);

/// Looks for Ctrl-C before each pass over values (rows × parameters), but for the first few where a
/// pass takes no time; on other threads than the main one it only looks whether the interpreter
/// ends. For SolverOptions::before_pass.
std::function<void()> signal_watch(index_t values);

}  // namespace nlsq::python
