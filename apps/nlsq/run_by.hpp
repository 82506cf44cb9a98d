// SPDX-License-Identifier: MIT
// `nlsq fit --by COLUMN`: one fit for each group of rows, a table of results.
#pragma once

#include "fit_arguments.hpp"

namespace nlsq::command {

/// Returns the exit code. Throws InputError, DataError or IoError.
int run_by(const FitArguments& arguments);

}  // namespace nlsq::command
