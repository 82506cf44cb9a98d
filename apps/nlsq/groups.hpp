// SPDX-License-Identifier: MIT
// The groups of --by: rows with the same keys, wherever they stand, in the order in which their
// keys appear first.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "columns.hpp"
#include "load.hpp"

namespace nlsq::command {

/// A column of keys: text as it stands in the file, or numbers.
struct Keys {
  std::string name;
  bool is_text = false;
  TextColumn text;
  std::span<const double> numbers;
  /// The key of a row; numbers in the fewest digits that read back the same.
  std::string at(index_t row) const;
};

struct Groups {
  std::vector<Keys> keys;
  std::vector<index_t> first_row;  ///< row of the file where a group appears first
  std::vector<index_t> offsets;    ///< rows of group g: offsets[g] … offsets[g+1]−1 of `order`
  std::vector<index_t> order;      ///< positions in the data set; empty: they are in order already
  std::vector<index_t> omitted;    ///< incomplete rows of each group
  index_t without_key = 0;         ///< rows in no group
  index_t count() const { return static_cast<index_t>(first_row.size()); }
  /// "A07", of several keys "2/A07".
  std::string label(index_t group) const;
};

/// The names in --by; none if it is empty.
std::vector<std::string> key_names(const std::string& by);

/// Their columns. Throws InputError with the nearest name, and for a name that comes twice.
std::vector<index_t> find_keys(const std::string& by, const ColumnSet& columns,
                               std::vector<std::string>& notes);

/// Those columns as keys.
std::vector<Keys> keys_of(const ColumnSet& columns, const std::vector<index_t>& at);

/// The groups of the rows that are fitted or incomplete. Throws InputError for a missing key, or
/// leaves its row out.
Groups make_groups(const LoadedData& loaded, bool omit_missing);

}  // namespace nlsq::command
