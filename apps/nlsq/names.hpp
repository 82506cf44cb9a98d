// SPDX-License-Identifier: MIT
// What the names of columns tell.
#pragma once

#include <string>
#include <vector>

namespace nlsq::command {

/// Whether a name sounds like a column of standard deviations: sigma, dy, y_err, stderr, …
bool sounds_like_error(const std::string& name);

/// Whether a formula can hold the name without backquotes.
bool is_plain_name(const std::string& name);

/// "; a name with blanks or signs is written in backquotes: `time (s)`" if there is such a name, or
/// nothing.
std::string about_backquotes(const std::vector<std::string>& names);

}  // namespace nlsq::command
