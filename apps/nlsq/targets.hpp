// SPDX-License-Identifier: MIT
// What one run reads and writes, judged together before anything is read.
#pragma once

#include <optional>

#include "fit_arguments.hpp"
#include "output_file.hpp"

namespace nlsq::command {

/// Throws InputError when two options mean one file (or both standard input or output) that cannot
/// serve both.
void refuse_shared_files(const FitArguments& arguments);

/// Where --plot goes. Throws InputError, see OutputFile.
std::optional<OutputFile> plot_file(const FitArguments& arguments);

/// Where --out goes.
std::optional<OutputFile> table_file(const FitArguments& arguments);

/// Where --report goes.
std::optional<OutputFile> report_file(const FitArguments& arguments);

/// Where --table goes, and what --predict asks for: standard output without --table.
std::optional<OutputFile> curve_file(const FitArguments& arguments);

}  // namespace nlsq::command
