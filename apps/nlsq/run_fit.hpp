// SPDX-License-Identifier: MIT
// `nlsq fit`: load, fit, print.
#pragma once

#include "fit_arguments.hpp"

namespace nlsq::command {

/// Returns the exit code. Throws what main.cpp turns into a message and an exit code.
int run_fit(const FitArguments& arguments);

}  // namespace nlsq::command
