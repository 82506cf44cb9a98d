// SPDX-License-Identifier: MIT
// A file that appears complete or not at all: written under a temporary name in the same folder,
// then renamed.
#pragma once

#include <string>

namespace nlsq::command {

/// Throws InputError (naming `option`) when `path` cannot be a file: its folder does not exist, or
/// it is a folder.
void check_output_path(const std::string& path, const std::string& option);

/// Throws IoError; the temporary file is removed then.
void write_file(const std::string& path, const std::string& content);

}  // namespace nlsq::command
