// SPDX-License-Identifier: MIT
// `nlsq models`: the built-in models; `nlsq models NAME`: one of them.
#pragma once

#include <string>

namespace nlsq::command {

/// `name`: empty for all. Returns the exit code. Throws InputError.
int run_models(const std::string& name, bool json);

}  // namespace nlsq::command
