// SPDX-License-Identifier: MIT
// The result as one JSON object on one line. The keys of schema 1 may be added to, never changed.
#pragma once

#include <string>

#include "fit_arguments.hpp"
#include "load.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::command {

/// Ends with a line break. Numbers that are not finite are null; floats have 17 digits.
std::string to_json(const FitResult& result, const LoadedData& loaded, const FitOptions& options,
                    const FitArguments& arguments);

}  // namespace nlsq::command
