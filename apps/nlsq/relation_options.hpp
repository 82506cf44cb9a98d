// SPDX-License-Identifier: MIT
// --tie, --prior and --derive: what is known of parameters beside the data, and what follows from
// them.
#pragma once

#include "fit_arguments.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::command {

/// Throws InputError. Names are checked by the library.
void set_relations(const FitArguments& arguments, FitOptions& options);

}  // namespace nlsq::command
