// SPDX-License-Identifier: MIT
// A last row that sums up the others.
#pragma once

#include <string>

#include "data/layout.hpp"

namespace nlsq::data {

/// The word in the last row of [layout.data.p, end) that says so, in a column without numbers:
/// Total, Mean, …; empty if there is none. The text has no quotes.
std::string word_for_total(const Layout& layout, const char* end);

/// "Mean", "total:", "SD", …
bool is_word_for_total(const std::string& field);

}  // namespace nlsq::data
