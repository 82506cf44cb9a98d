// SPDX-License-Identifier: MIT
// What people call the columns of a file: by name, by the name without its unit ("Time" for "Time
// (s)"), by number ($3, c3). A formula is rewritten with the names that the file has.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::command {

/// The position of the column that is meant by something other than its name; −1 if none is, or
/// more than one.
index_t find_other_name(const std::string& name, const std::vector<std::string>& names);

/// Names, conditions and parameters in the text of a formula.
struct NameRules {
  const std::vector<std::string>* names;  ///< of the columns
  std::vector<std::string> own;           ///< names that are no columns: parameters
  bool has_parameters = true;  ///< c3 may be a parameter, and is a column only if there are none
};

/// The text with the names of columns where other words for them stand, in backquotes; `notes` says
/// so. Throws InputError for $9 where there are fewer columns.
std::string with_column_names(const std::string& text, const NameRules& rules,
                              const std::string& option, std::vector<std::string>& notes);

/// The text with columns ("time", "$2") in the place of some of its names.
std::string with_columns_for(const std::string& text,
                             const std::vector<std::pair<std::string, std::string>>& columns);

/// Whether `name` stands in a formula, as a name of its own.
bool mentions(const std::string& text, const std::string& name);

/// A comparison with text: branch == "ads".
struct TextCondition {
  std::string column, text;
  bool is_equal = true;
  std::size_t from = 0, to = 0;  ///< where it stands
};
std::vector<TextCondition> text_conditions(const std::string& text);

}  // namespace nlsq::command
