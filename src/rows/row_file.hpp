// SPDX-License-Identifier: MIT
// A file that is read in pieces, pass after pass. It is never mapped, so a file that another
// program cuts short is an error here, not a signal; and what it was when it was opened it has to
// stay.
#pragma once

#include <string>

#include "nlsq/types.hpp"

namespace nlsq::rows {

class RowFile {
 public:
  /// Throws DataError if there is no such regular file or it cannot be read.
  explicit RowFile(const std::string& path);
  /// Takes over an open file that has no name; `name` is for messages.
  RowFile(int descriptor, std::string name);
  ~RowFile();
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;

  const std::string& path() const { return path_; }
  index_t size() const { return size_; }
  int descriptor() const { return descriptor_; }
  /// Reads bytes offset … offset+bytes−1. Throws IoError naming file and offset.
  void read(index_t offset, index_t bytes, void* to) const;
  /// Asks the system to have these bytes ready; it does not wait for them.
  void want(index_t offset, index_t bytes) const;
  /// Throws IoError if size or time of change are not what they were.
  void check() const;

 private:
  struct Identity {
    index_t size = 0, seconds = 0, nanoseconds = 0;
    bool operator==(const Identity&) const = default;
  };
  Identity identity() const;

  std::string path_;
  int descriptor_;
  index_t size_ = 0;
  Identity opened_;
  bool is_private_ = false;  // nobody else can change it
};

}  // namespace nlsq::rows
