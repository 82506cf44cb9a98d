// SPDX-License-Identifier: MIT
// A wide table as a long one: each value of its columns of numbers becomes a row.
#pragma once

#include <memory>

#include "data/table_impl.hpp"

namespace nlsq::data {

/// The first column stays and is repeated ("row" if it has no name); "column" is the name of the
/// column that a value "y" stood in, a number if all names are. Missing values are left out. Throws
/// DataError if there is no column of numbers beside the first, or none of a name in `options`.
std::unique_ptr<Table::Impl> melted(const Table::Impl& wide, const ReadOptions& options);

}  // namespace nlsq::data
