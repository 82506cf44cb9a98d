// SPDX-License-Identifier: MIT
// The fitted curve as a table: --table at the rows that were fitted, --predict at other places.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "fit_arguments.hpp"
#include "load.hpp"
#include "nlsq/fit.hpp"
#include "result_table.hpp"

namespace nlsq::command {

/// Half the width of a confidence interval in standard errors; 0 when no parameter has a usable
/// error.
double confidence_factor(const FitResult& result, double level);

/// Columns of the model, the response, sigma if there is one, fit, residual, fit_stderr, fit_lower,
/// fit_upper. Names of ours that are taken get a '_' more, with a note.
ResultTable fitted_table(const FitResult& result, LoadedData& loaded, double level);

/// True for FROM:TO:STEP.
bool is_grid(const std::string& places);

/// Where --predict asks for values: FROM:TO:STEP of the model's one column, or a table with its
/// columns, read and judged before the fit is made.
class Places {
 public:
  /// Throws InputError, DataError.
  Places(const FitArguments& arguments, LoadedData& loaded);
  /// Columns of the model, fit, fit_stderr, fit_lower, fit_upper.
  ResultTable table(const FitResult& result, LoadedData& loaded, double level) const;

 private:
  Dataset data_;
  std::deque<std::vector<double>> grid_;
  std::unique_ptr<ColumnSet> columns_;
  index_t rows_ = 0;
};

}  // namespace nlsq::command
