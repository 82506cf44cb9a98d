// SPDX-License-Identifier: MIT
// Which byte separates the fields of a text, judged on its first rows.
#pragma once

#include "data/field.hpp"

namespace nlsq::data {

/// The delimiter of the text at `start`: a tab, ';', ',' or ' ' (any run of blanks); ',' for a
/// single column. A delimiter that gives every sampled row the same number of fields (two or more)
/// wins over one that does not; then the one whose fields are numbers; then the order above. ',' is
/// no choice if it is the decimal mark. Cost: a few passes over the first 100 rows. The delimiter
/// of `known` does not matter.
char detect_delimiter(const Cursor& start, const char* end, const Dialect& known);

}  // namespace nlsq::data
