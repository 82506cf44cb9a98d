// SPDX-License-Identifier: MIT
// From the arguments to the options of the library.
#pragma once

#include "fit_arguments.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::command {

/// Throws InputError for an option that has no meaning without --by.
void refuse_options_of_groups(const FitArguments& arguments);

/// Throws InputError if there is no parameter, or the value does not depend on one that moves.
void refuse_unused_parameters(const Model& model, const FitOptions& options);

/// Throws InputError. Names of parameters in p0, bounds and fix are checked by the library.
FitOptions make_fit_options(const FitArguments& arguments, const Model& model);

/// The parameters of `model` that `options` leaves free, in order.
std::vector<std::string> free_parameters(const Model& model, const FitOptions& options);

}  // namespace nlsq::command
