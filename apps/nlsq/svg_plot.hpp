// SPDX-License-Identifier: MIT
// The plot of a fit as an SVG file: data, curve and confidence band above, residuals below.
#pragma once

#include <string>

#include "load.hpp"
#include "nlsq/result.hpp"
#include "plot_data.hpp"

namespace nlsq::command {

/// Throws IoError; a file that could not be completed is removed.
/// An SVG document.
std::string plot_of(const FitResult& result, const LoadedData& loaded, double level,
                    const PlotScales& scales);

}  // namespace nlsq::command
