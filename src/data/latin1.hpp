// SPDX-License-Identifier: MIT
// Names and words in Latin-1 (Windows-1252), as old instruments write µ and °.
#pragma once

#include <string>
#include <string_view>

namespace nlsq::data {

bool is_utf8(std::string_view text);

/// Each byte is one character.
std::string from_latin1(std::string_view text);

}  // namespace nlsq::data
