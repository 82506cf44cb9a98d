// SPDX-License-Identifier: MIT
// Writes all of a text to a place, or nothing.
#pragma once

#include <string>

#include "file_place.hpp"

namespace nlsq::command {

/// A file is written under a temporary name in its folder and renamed: a new one only if nothing
/// has come to be there, an old one with its mode and owner. Where that cannot be done (the folder
/// is not writable, the file is another's) an old file is written in place, after its room has been
/// reserved. Descriptors and streams are written to. Throws IoError, which calls the place `named`.
void write_to(const Place& place, const std::string& named, const std::string& content);

}  // namespace nlsq::command
