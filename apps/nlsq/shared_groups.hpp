// SPDX-License-Identifier: MIT
// --share with --by: the groups of a table are one fit, in which some parameters are common and the
// others belong to a group each, height[A07].
#pragma once

#include "fit_arguments.hpp"
#include "load.hpp"

namespace nlsq::command {

/// Turns data and model of groups into those of one fit. Throws InputError for a shared name that
/// is no parameter.
void join_groups(const FitArguments& arguments, LoadedData& loaded);

}  // namespace nlsq::command
