// SPDX-License-Identifier: MIT
// --p0-from of a single fit: start values from what an earlier fit wrote.
#pragma once

#include <string>

#include "load.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::command {

/// Adds starts for the parameters that `options` gives none: those of the object of --json or
/// --out FILE.json, or of a table with a row and a column a parameter (CSV, NPZ). Other parameters
/// in it are left alone, with a note. Throws InputError or DataError.
void add_earlier_starts(const std::string& path, const LoadedData& loaded, FitOptions& options,
                        std::vector<std::string>& notes);

}  // namespace nlsq::command
