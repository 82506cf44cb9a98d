// SPDX-License-Identifier: MIT
// Start values and bounds of each group: from tables, estimated from the group's rows, or common.
#pragma once

#include <string>
#include <vector>

#include "fit_arguments.hpp"
#include "grouped_data.hpp"
#include "load.hpp"
#include "nlsq/fit_many.hpp"

namespace nlsq::command {

/// k×N each; empty where all groups have the same.
struct GroupStarts {
  std::vector<double> starts, lower, upper;
};

/// Notes in `loaded` say how many groups a table does not have. Throws InputError for names that
/// are no parameters, columns that are missing and bounds that contradict each other.
GroupStarts find_group_starts(const FitArguments& arguments, const FitOptions& options,
                              const GroupedData& grouped, LoadedData& loaded);

}  // namespace nlsq::command
