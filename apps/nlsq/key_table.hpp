// SPDX-License-Identifier: MIT
// A table with a row for each group, such as an earlier result: --p0-from and --bounds-from.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "columns.hpp"
#include "groups.hpp"

namespace nlsq::command {

/// The column `name` of a table, as it is or as a CSV of ours has it; −1 if there is none.
index_t find_written(const ColumnSet& columns, const std::string& name);

class KeyTable {
 public:
  /// Throws InputError when the file lacks a column of keys, or a group comes twice in it.
  KeyTable(const std::string& path, const std::string& option, const Groups& groups);

  const ColumnSet& columns() const { return *columns_; }
  /// The row of a group; −1 if there is none.
  index_t row_of(index_t group) const { return rows_[static_cast<std::size_t>(group)]; }
  /// Groups without a row.
  index_t absent() const;

 private:
  std::unique_ptr<ColumnSet> columns_;
  std::vector<index_t> rows_;
};

}  // namespace nlsq::command
