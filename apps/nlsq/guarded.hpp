// SPDX-License-Identifier: MIT
// The one place where exceptions become messages and exit codes.
#pragma once

#include <functional>

namespace nlsq::command {

/// The exit code of `action`, or of what it throws, with a message on standard error.
int guarded(const std::function<int()>& action);

}  // namespace nlsq::command
