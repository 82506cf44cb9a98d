// SPDX-License-Identifier: MIT
// A last row that sums up the others.
#pragma once

#include <string>

#include "data/layout.hpp"

namespace nlsq::data {

/// The word in the last row of [layout.data.p, end) that says so, in a column without numbers:
/// Total, Mean, …; empty if there is none. The text has no quotes.
std::string word_for_total(const Layout& layout, const char* end);

}  // namespace nlsq::data
