// SPDX-License-Identifier: MIT
// The bytes of a file from first to last, unpacked where it is compressed.
#pragma once

#include <memory>

#include "rows/row_file.hpp"

namespace nlsq::rows {

class ByteStream {
 public:
  ByteStream() = default;
  virtual ~ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  /// Up to `most` bytes; 0 at the end. Throws IoError where reading fails, DataError where what is
  /// packed is damaged.
  virtual index_t read(char* to, index_t most) = 0;
};

enum class Packing { none, gzip, zstd };
/// By the first bytes.
Packing packing_of(const RowFile& file);
/// What a build can unpack, for `nlsq info`.
bool unpacks(Packing packing);

/// Throws DataError if this build cannot unpack the file.
std::unique_ptr<ByteStream> open_bytes(std::shared_ptr<const RowFile> file);

}  // namespace nlsq::rows
