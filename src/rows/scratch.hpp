// SPDX-License-Identifier: MIT
// Files without a name, for what is unpacked once and read in every pass. Nothing is left of them
// however the process ends.
#pragma once

#include <string>

#include "nlsq/types.hpp"

namespace nlsq::rows {

/// A descriptor of an empty file in `folder` (empty: TMPDIR, else /var/tmp). Throws IoError.
int open_scratch(const std::string& folder, std::string& name);

/// Appends bytes. Throws IoError saying what there is no room for.
void write_scratch(int descriptor, const std::string& name, const void* bytes, index_t size);

}  // namespace nlsq::rows
