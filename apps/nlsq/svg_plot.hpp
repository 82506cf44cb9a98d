// SPDX-License-Identifier: MIT
// The plot of a fit as an SVG file: data, curve and confidence band above, residuals below.
#pragma once

#include <string>

#include "load.hpp"
#include "nlsq/result.hpp"

namespace nlsq::command {

/// Throws InputError when no file can be written at `path` (the folder does not exist, the path is a folder).
void check_plot_path(const std::string& path);

/// Writes the plot to a temporary file beside `path` and renames it. Throws IoError; leaves nothing behind then.
void write_plot(const std::string& path, const FitResult& result, const LoadedData& loaded, double level);

}  // namespace nlsq::command
