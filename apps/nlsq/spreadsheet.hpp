// SPDX-License-Identifier: MIT
// Text in a CSV that a spreadsheet would run as a formula. It is written with an apostrophe before
// it, which spreadsheets show as text; reading takes the apostrophe away again.
#pragma once

#include <string>
#include <string_view>

namespace nlsq::command {

/// True if a spreadsheet takes `text` for a formula: it begins with '=', '@', a tab or a line end,
/// or with '+' or '-' and is no number.
bool is_formula(std::string_view text);

/// What is written for `text`: an apostrophe more before a formula, and before a formula that has
/// apostrophes already, so that no two texts are written alike.
std::string guarded(const std::string& text);

/// The text that was written as `text`.
std::string unguarded(const std::string& text);

}  // namespace nlsq::command
