// SPDX-License-Identifier: MIT
// Data sets whose rows are not in memory (nlsq/rows.hpp), as far as a fit looks at values beside
// its passes: single rows for messages, samples, the extremes of a column that decide on the
// program. Few rows are copied into memory, where everything is as ever.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "columns/term_view.hpp"
#include "nlsq/data.hpp"
#include "nlsq/fit.hpp"
#include "reduce/term.hpp"

namespace nlsq::fit_impl {

/// Throws InputError where rows of a source cannot serve: for `what` they must be in memory.
void refuse_streamed(const Dataset& data, const char* what);

/// One value, wherever it is.
double value_at(const Values& values, index_t row);

/// Several of a column of a source, in one go where the rows ascend.
std::vector<double> values_at(const Values& values, std::span<const index_t> rows);

/// Calls visit(first, values, rows) for the leaves of a column of a source, in order, until it
/// returns false.
void for_each_leaf(
    const Values& values,
    const std::function<bool(index_t first, reduce::ColumnSource, index_t rows)>& visit);

/// The value of row i of a leaf.
inline double value_of(const reduce::ColumnSource& leaf, index_t i) {
  return leaf.float32 ? static_cast<double>(static_cast<const float*>(leaf.data)[i])
                      : static_cast<const double*>(leaf.data)[i];
}

/// Copies runs of `width` rows of all columns of a term that is not in memory, each from one of
/// `firsts` (ascending) on, and sets the data of `columns`. Room for firsts × width values of each
/// column, 8 bytes each, is at `to`.
void gather(const reduce::Term& term, std::span<const index_t> firsts, index_t width, double* to,
            std::span<reduce::ColumnSource> columns);

/// A data set of few rows, copied from a source; what a model does not use is left out.
class ResidentCopy {
 public:
  /// Whether a data set is to be copied.
  static bool serves(const Dataset& data);
  ResidentCopy(const Model& model, const Dataset& data);
  const Dataset& data() const { return copy_; }

 private:
  Values copied(const Values& values);

  std::vector<std::vector<double>> memory_;
  Dataset copy_;
};

inline bool any_streamed(std::span<const TermView> terms) {
  return std::any_of(terms.begin(), terms.end(),
                     [](const TermView& term) { return term.data->is_streamed(); });
}

/// Throws InputError for options that need all rows in memory.
void refuse_for_streams(const FitOptions& options);

}  // namespace nlsq::fit_impl
