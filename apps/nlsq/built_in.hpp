// SPDX-License-Identifier: MIT
// `--model NAME`: a built-in model on the columns of a file, its bounds and its starts from the
// data.
#pragma once

#include <string>
#include <vector>

#include "columns.hpp"
#include "fit_arguments.hpp"
#include "load.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/models.hpp"

namespace nlsq::command {

/// The model, or sum of models, that the whole of --model names; nullptr when that is a formula or
/// has a column in it. Throws
/// InputError for a polynomial without a usable degree.
const BuiltInModel* named_model(const std::string& text, const ColumnSet& columns);

/// The model with a column of the file as x: the one named x, else the first one with numbers that
/// is neither response, sigma (−1: none) nor key, with a note. A column whose name the formula uses
/// otherwise gets another one.
Model model_on_columns(const BuiltInModel& built_in, const FitArguments& arguments,
                       ColumnSet& columns, index_t sigma_column, const std::vector<index_t>& keys,
                       std::vector<std::string>& notes);

/// Adds the bounds that --bounds does not give; nothing to do for a formula.
void add_built_in_bounds(LoadedData& loaded, FitOptions& options);

/// The parameters of a built-in model whose start is estimated from the data; none of a sum.
std::vector<std::string> estimated_parameters(const BuiltInModel& model, const FitOptions& options);

/// Those bounds, and the starts that --p0 does not give, and lists
/// the latter in `loaded`.
void add_built_in_defaults(LoadedData& loaded, FitOptions& options);

/// "Start values estimated from the data: …", for the end of the report; empty when there are none.
std::string about_estimated_starts(const LoadedData& loaded, const FitOptions& options);

/// What to say when the formula is one name and no column: perhaps a model was meant. Starts with
/// "; " or is empty.
std::string model_meant(const Model& model);

}  // namespace nlsq::command
