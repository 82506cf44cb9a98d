// SPDX-License-Identifier: MIT
// The options that say how a file is read.
#pragma once

#include "fit_arguments.hpp"
#include "nlsq/table.hpp"

namespace nlsq::command {

/// Throws InputError for a value that makes no sense.
ReadOptions read_options(const FitArguments& arguments);

}  // namespace nlsq::command
