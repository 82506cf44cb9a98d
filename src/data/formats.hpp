// SPDX-License-Identifier: MIT
// Files that are neither text tables nor NPY, recognised so that the message can say what to do
// instead.
#pragma once

#include <string>
#include <string_view>

namespace nlsq::data {

/// Throws DataError if `bytes` (of a file called `source`) is a known format that is not read here.
/// The content decides; the extension only where the content alone does not tell.
void refuse_other_formats(std::string_view bytes, const std::string& source);

}  // namespace nlsq::data
