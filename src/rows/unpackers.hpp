// SPDX-License-Identifier: MIT
// Decompressors, each there if its library was when this was built.
#pragma once

#include <memory>
#include <string>

#include "rows/bytes.hpp"

namespace nlsq::rows {

std::unique_ptr<ByteStream> unpack_gzip(std::unique_ptr<ByteStream> packed, std::string path);
std::unique_ptr<ByteStream> unpack_zstd(std::unique_ptr<ByteStream> packed, std::string path);

}  // namespace nlsq::rows
