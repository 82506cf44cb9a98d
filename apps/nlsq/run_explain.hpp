// SPDX-License-Identifier: MIT
// `nlsq explain`: what a fit would do, and why.
#pragma once

#include <string>

#include "fit_arguments.hpp"

namespace nlsq::command {

struct ExplainArguments {
  FitArguments fit;  ///< --model is the formula
  std::string rows;  ///< of data that need not exist
  bool listing = false, time = false;
};

/// Defines the arguments of `nlsq explain` on `explain`: a formula, a file if there is one, and the
/// options of a fit that bear on how it is made.
void add_explain_options(CLI::App& explain, ExplainArguments& arguments);

/// Returns the exit code.
int run_explain(const ExplainArguments& arguments);

}  // namespace nlsq::command
