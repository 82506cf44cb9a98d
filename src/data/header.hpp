// SPDX-License-Identifier: MIT
// Names of columns: given, from a header or a comment, or made up; always present and unique.
#pragma once

#include <string>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::data {

/// Names for a table without any: y; x y; x y c3; c1 … cN.
std::vector<std::string> default_names(index_t columns);

/// Gives empty names cK and makes repeated ones unique with _2, _3, …; says so in `notes`.
void complete_names(std::vector<std::string>& names, std::vector<std::string>& notes);

/// The caller's names, for a table of `columns` columns. Throws DataError if there are not as many,
/// and InputError if one is empty or occurs twice.
const std::vector<std::string>& checked_names(const std::vector<std::string>& given,
                                              index_t columns, const std::string& source);

/// "x, y, sigma", at most eight of them.
std::string listed(const std::vector<std::string>& names);

/// "1 column", "3 columns".
std::string counted(index_t n, const std::string& what);

}  // namespace nlsq::data
