// SPDX-License-Identifier: MIT
// From the arguments and a file to a model and a data set: columns are computed, the response and
// sigma resolved, rows selected by --where and --missing.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "columns.hpp"
#include "counted_rows.hpp"
#include "fit_arguments.hpp"
#include "nlsq/data.hpp"
#include "nlsq/issues.hpp"
#include "nlsq/model.hpp"
#include "nlsq/models.hpp"

namespace nlsq::command {

struct LoadedData {
  std::unique_ptr<ColumnSet> columns;  ///< owns the values of whole columns
  std::unique_ptr<Model> model;
  const BuiltInModel* built_in = nullptr;       ///< null: the model is a formula
  std::vector<std::string> estimated;           ///< parameters whose start comes from the data
  Dataset data;                                 ///< what is fitted: views
  std::deque<std::vector<double>> own;          ///< selected rows and computed sigma
  std::shared_ptr<const CountedRows> streamed;  ///< rows that are read in pieces; null: in memory
  std::string response;
  std::string sigma;                     ///< the name, number or expression; empty without
  std::vector<index_t> rows;             ///< rows of the file that are fitted; empty: all
  std::vector<index_t> incomplete_rows;  ///< those that --missing omit left out
  std::vector<index_t> keys;             ///< columns of --by
  index_t n_rows = 0;
  index_t n_omitted = 0;
  std::vector<std::string> notes;
  std::vector<Issue> issues;

  /// "data.csv:12" for row `row` of the data set.
  std::string place(index_t row) const;
  /// Bytes of all columns that are held, the fit's and others.
  index_t held_bytes() const;
};

/// Throws InputError, DataError or FormulaError.
LoadedData load(const FitArguments& arguments);

}  // namespace nlsq::command
