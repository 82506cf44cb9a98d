// SPDX-License-Identifier: MIT
// The version, defined by the build from the file VERSION.
#include "nlsq/version.hpp"

namespace nlsq {

const char* version() noexcept { return NLSQ_VERSION; }

}  // namespace nlsq
