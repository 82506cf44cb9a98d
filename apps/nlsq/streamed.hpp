// SPDX-License-Identifier: MIT
// Fits of files that are read in pieces, pass after pass: several files, compressed ones, records
// of raw numbers, and whatever is larger than memory.
#pragma once

#include <string>
#include <vector>

#include "counted_rows.hpp"
#include "fit_arguments.hpp"
#include "nlsq/row_files.hpp"

namespace nlsq::command {

/// Why a file is to be read in pieces, as the end of a sentence: "it is larger than --memory";
/// empty: it is to be read into memory.
std::string why_streamed(const FitArguments& arguments);

/// Throws InputError for an option that needs the rows in memory.
void refuse_options_of_memory(const FitArguments& arguments, const std::string& why);

/// Throws InputError for a description of records that makes no sense.
RowFileOptions row_options(const FitArguments& arguments);

/// Names, sizes and times of the files, by which a checkpoint knows its data.
std::string identity_of_files(const FitArguments& arguments);

/// The columns that are used, of all files.
OpenedRows open_used(const FitArguments& arguments, std::vector<std::string> used);

}  // namespace nlsq::command
