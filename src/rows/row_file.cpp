// SPDX-License-Identifier: MIT
#include "rows/row_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "data/source.hpp"
#include "nlsq/error.hpp"

namespace nlsq::rows {

// NOTE: the system's own guess at what is read next is switched off: several threads go through
// one file, each on a way of its own, and each says itself what it wants (want()).
RowFile::RowFile(const std::string& path) : path_(path), descriptor_(data::open_for_reading(path)) {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw DataError(path, 0,
                    "rows can be read again and again from a regular file alone; copy it to one");
  }
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_RANDOM);
  opened_ = identity();
  size_ = opened_.size;
}

RowFile::RowFile(int descriptor, std::string name)
    : path_(std::move(name)), descriptor_(descriptor), is_private_(true) {
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_RANDOM);
  opened_ = identity();
  size_ = opened_.size;
}

RowFile::~RowFile() { ::close(descriptor_); }

RowFile::Identity RowFile::identity() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0)
    throw IoError(fmt::format("{}: reading failed: {}", path_, std::strerror(errno)));
  return {status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

void RowFile::check() const {
  if (is_private_) return;
  const Identity now = identity();
  if (now == opened_) return;
  if (now.size < opened_.size) {
    throw IoError(
        fmt::format("{}: the file was cut short while it was read: it ends after {} bytes "
                    "and had {}; wait until the program that writes it is done",
                    path_, now.size, opened_.size));
  }
  throw IoError(
      fmt::format("{}: the file was changed while it was read ({}); a fit goes over the "
                  "rows several times, and they must stay the same",
                  path_,
                  now.size == opened_.size
                      ? "its time of change is another one"
                      : fmt::format("it had {} bytes and has {}", opened_.size, now.size)));
}

void RowFile::read(index_t offset, index_t bytes, void* to) const {
  for (index_t done = 0; done < bytes;) {
    const ssize_t got = ::pread(descriptor_, static_cast<char*>(to) + done,
                                static_cast<std::size_t>(bytes - done), offset + done);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) {
      throw IoError(fmt::format("{}: reading failed at byte {}: {}", path_, offset + done,
                                std::strerror(errno)));
    }
    if (got == 0) {
      throw IoError(
          fmt::format("{}: the file was cut short while it was read: it ends after {} "
                      "bytes and had {}; wait until the program that writes it is done",
                      path_, offset + done, size_));
    }
    done += got;
  }
}

void RowFile::want(index_t offset, index_t bytes) const {
  ::posix_fadvise(descriptor_, offset, bytes, POSIX_FADV_WILLNEED);
}

}  // namespace nlsq::rows
