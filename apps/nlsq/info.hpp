// SPDX-License-Identifier: MIT
// `nlsq info`: what this build is and can do; `nlsq info functions`: the formula language.
#pragma once

#include <string>

namespace nlsq::command {

/// `topic`: empty or "functions". Returns the exit code.
int run_info(const std::string& topic);

}  // namespace nlsq::command
