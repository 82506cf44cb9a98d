// SPDX-License-Identifier: MIT
// The version of the library; its one source is the file VERSION.
#pragma once

namespace nlsq {

/// For example "0.3.0b1".
const char* version() noexcept;

}  // namespace nlsq
