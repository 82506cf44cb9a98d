// SPDX-License-Identifier: MIT
// Columns whose values must be finite.
#pragma once

#include <string>

#include "nlsq/data.hpp"
#include "reduce/leaves.hpp"

namespace nlsq::fit_impl {

/// Throws InputError with the first row of the column whose value is NaN or infinite.
void check_finite(const Values& column, const std::string& name, int threads);

/// The same of `rows` values that are those from row `first` on, on the calling thread.
void check_finite(const reduce::ColumnSource& values, const std::string& name, index_t first,
                  index_t rows);

}  // namespace nlsq::fit_impl
