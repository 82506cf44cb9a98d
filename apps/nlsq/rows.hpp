// SPDX-License-Identifier: MIT
// Which rows of a file are fitted: those that --where keeps, less the incomplete ones under
// --missing omit.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "columns.hpp"

namespace nlsq::command {

struct RowRules {
  struct Column {
    std::string name;  ///< as messages show it
    std::span<const double> values;
  };
  std::vector<std::vector<double>>
      conditions;                 ///< a row is kept where all are true (neither 0 nor NaN)
  std::vector<Column> columns;    ///< what the fit uses: all must be finite
  std::span<const double> sigma;  ///< empty: none; may be infinite, must be positive
  std::string sigma_name;
  bool omit_missing = false;
  bool omit_marked = true;  ///< rows with a word for a value: see is_marked_missing
};

struct Selection {
  bool all = true;
  std::vector<index_t> rows;        ///< when not all
  std::vector<index_t> incomplete;  ///< rows that were omitted
  index_t omitted = 0;
  index_t marked = 0;        ///< of them, those for a word in place of a value
  index_t first_marked = 0;  ///< the first of these
};

/// Throws DataError naming line and column of a missing value (unless they are omitted) or of a
/// sigma that is not positive; InputError when no row is left.
Selection select_rows(const ColumnSet& columns, const RowRules& rules);

}  // namespace nlsq::command
