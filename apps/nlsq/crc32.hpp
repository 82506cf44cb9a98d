// SPDX-License-Identifier: MIT
// The checksum of zip archives and PNG images.
#pragma once

#include <cstdint>
#include <string_view>

namespace nlsq::command {

std::uint32_t crc32(std::string_view bytes);

}  // namespace nlsq::command
