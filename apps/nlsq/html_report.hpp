// SPDX-License-Identifier: MIT
// --report FILE.html: one fit on one page that needs nothing else: plot, tables, warnings, and the
// command that makes it again.
#pragma once

#include <string>
#include <vector>

#include "fit_arguments.hpp"
#include "load.hpp"
#include "nlsq/fit.hpp"
#include "plot_data.hpp"

namespace nlsq::command {

/// An HTML document without scripts and without requests for anything. Text of the user is escaped.
std::string html_report(const FitResult& result, const LoadedData& loaded,
                        const FitOptions& options, const FitArguments& arguments,
                        const PlotScales& scales);

/// The words of a command line as a shell takes them.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace nlsq::command
