// SPDX-License-Identifier: MIT
// `nlsq cache info|clear`: what is kept of programs between fits.
#pragma once

#include <string>

namespace nlsq::command {

/// Prints the settings, or clears. Returns the exit code.
int run_cache(bool clear, bool json);

/// Throws InputError for a word that is neither info nor clear.
[[noreturn]] void refuse_cache_action(const std::string& action);

}  // namespace nlsq::command
