// SPDX-License-Identifier: MIT
#include "rows/bytes.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "nlsq/error.hpp"
#include "rows/unpackers.hpp"

namespace nlsq::rows {
namespace {

constexpr index_t kAhead = 8 << 20;

class PlainBytes final : public ByteStream {
 public:
  explicit PlainBytes(std::shared_ptr<const RowFile> file) : file_(std::move(file)) {}
  index_t read(char* to, index_t most) override {
    const index_t count = std::min(most, file_->size() - at_);
    if (at_ + kAhead > wanted_ && wanted_ < file_->size()) {
      file_->want(wanted_, kAhead);
      wanted_ += kAhead;
    }
    file_->read(at_, count, to);
    at_ += count;
    return count;
  }

 private:
  std::shared_ptr<const RowFile> file_;
  index_t at_ = 0, wanted_ = 0;
};

}  // namespace

Packing packing_of(const RowFile& file) {
  char head[4] = {};
  file.read(0, std::min<index_t>(4, file.size()), head);
  const std::string_view bytes(head, 4);
  if (bytes.starts_with("\x1f\x8b")) return Packing::gzip;
  if (bytes == "\x28\xb5\x2f\xfd") return Packing::zstd;
  return Packing::none;
}

std::unique_ptr<ByteStream> open_bytes(std::shared_ptr<const RowFile> file) {
  const Packing packing = packing_of(*file);
  auto plain = std::make_unique<PlainBytes>(file);
  if (packing == Packing::none) return plain;
  if (!unpacks(packing)) {
    const bool is_gzip = packing == Packing::gzip;
    throw DataError(
        file->path(), 0,
        std::string("this file is compressed with ") + (is_gzip ? "gzip" : "zstd") +
            ", which this build cannot unpack (`nlsq info`); unpack it, or build with " +
            (is_gzip ? "zlib" : "libzstd"));
  }
  return packing == Packing::gzip ? unpack_gzip(std::move(plain), file->path())
                                  : unpack_zstd(std::move(plain), file->path());
}

}  // namespace nlsq::rows
