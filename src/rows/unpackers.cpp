// SPDX-License-Identifier: MIT
#include "rows/unpackers.hpp"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "nlsq/error.hpp"
#if NLSQ_HAS_ZLIB
#include <zlib.h>
#endif
#if NLSQ_HAS_ZSTD
#include <zstd.h>
#endif

namespace nlsq::rows {
namespace {

[[maybe_unused]] constexpr std::size_t kPacked = std::size_t{1} << 18;  // bytes read at once

[[noreturn]] [[maybe_unused]] void refuse_damaged(const std::string& path, bool is_cut) {
  throw DataError(path, 0,
                  is_cut ? "this compressed file is cut off" : "this compressed file is damaged");
}

#if NLSQ_HAS_ZLIB
// Members may follow one another.
class GzipBytes final : public ByteStream {
 public:
  GzipBytes(std::unique_ptr<ByteStream> packed, std::string path)
      : packed_(std::move(packed)), path_(std::move(path)), buffer_(kPacked) {
    constexpr int kGzip = 15 + 16;
    if (inflateInit2(&stream_, kGzip) != Z_OK) throw std::bad_alloc();
  }
  ~GzipBytes() override { inflateEnd(&stream_); }

  index_t read(char* to, index_t most) override {
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(std::min<index_t>(most, index_t{1} << 30));
    const uInt wanted = stream_.avail_out;
    while (stream_.avail_out == wanted) {
      if (stream_.avail_in == 0 && !fill()) {
        if (is_open_) refuse_damaged(path_, true);
        return 0;
      }
      if (!is_open_) inflateReset(&stream_);
      is_open_ = true;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        is_open_ = false;
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        refuse_damaged(path_, false);
      }
    }
    return wanted - stream_.avail_out;
  }

 private:
  bool fill() {
    stream_.avail_in =
        static_cast<uInt>(packed_->read(buffer_.data(), static_cast<index_t>(buffer_.size())));
    stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    return stream_.avail_in > 0;
  }
  std::unique_ptr<ByteStream> packed_;
  std::string path_;
  std::vector<char> buffer_;
  z_stream stream_{};
  bool is_open_ = true;  // inside a member
};
#endif

#if NLSQ_HAS_ZSTD
class ZstdBytes final : public ByteStream {
 public:
  ZstdBytes(std::unique_ptr<ByteStream> packed, std::string path)
      : packed_(std::move(packed)),
        path_(std::move(path)),
        buffer_(kPacked),
        stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
  }
  ~ZstdBytes() override { ZSTD_freeDStream(stream_); }

  index_t read(char* to, index_t most) override {
    ZSTD_outBuffer out{to, static_cast<std::size_t>(most), 0};
    while (out.pos == 0) {
      if (in_.pos == in_.size) {
        in_ = {buffer_.data(),
               static_cast<std::size_t>(
                   packed_->read(buffer_.data(), static_cast<index_t>(buffer_.size()))),
               0};
        if (in_.size == 0) {
          if (is_open_) refuse_damaged(path_, true);
          return 0;
        }
      }
      const std::size_t code = ZSTD_decompressStream(stream_, &out, &in_);
      if (ZSTD_isError(code) != 0) refuse_damaged(path_, false);
      is_open_ = code != 0;
    }
    return static_cast<index_t>(out.pos);
  }

 private:
  std::unique_ptr<ByteStream> packed_;
  std::string path_;
  std::vector<char> buffer_;
  ZSTD_DStream* stream_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool is_open_ = true;  // inside a frame
};
#endif

}  // namespace

bool unpacks(Packing packing) {
  if (packing == Packing::gzip) return NLSQ_HAS_ZLIB != 0;
  if (packing == Packing::zstd) return NLSQ_HAS_ZSTD != 0;
  return true;
}

std::unique_ptr<ByteStream> unpack_gzip(std::unique_ptr<ByteStream> packed,
                                        [[maybe_unused]] std::string path) {
#if NLSQ_HAS_ZLIB
  return std::make_unique<GzipBytes>(std::move(packed), std::move(path));
#else
  return packed;
#endif
}

std::unique_ptr<ByteStream> unpack_zstd(std::unique_ptr<ByteStream> packed,
                                        [[maybe_unused]] std::string path) {
#if NLSQ_HAS_ZSTD
  return std::make_unique<ZstdBytes>(std::move(packed), std::move(path));
#else
  return packed;
#endif
}

}  // namespace nlsq::rows
