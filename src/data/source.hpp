// SPDX-License-Identifier: MIT
// The bytes of a file, read whole: large regular files in pieces by several threads, others (small
// files, pipes, standard input) from the first byte to the last. Or mapped, where the caller takes
// care of files that are cut short meanwhile.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace nlsq::data {

/// A descriptor of an existing file. Throws DataError if there is no such file, with the nearest
/// name, or it cannot be one, and IoError if opening fails.
int open_for_reading(const std::string& path);

class Source {
 public:
  /// "-" is standard input. Throws DataError if there is no such file or it cannot be one, and
  /// IoError if reading fails under way or the file is cut short.
  explicit Source(const std::string& path, int threads = 1, bool mapped = false);
  ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  std::string_view bytes() const { return bytes_; }
  /// For messages: the path, or "standard input".
  const std::string& name() const { return name_; }

 private:
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };

  void open_file(const std::string& path, int threads, bool mapped);
  bool map(int descriptor, std::size_t size);
  [[noreturn]] void raise_cut_short(std::size_t size) const;
  void read_piece(int descriptor, char* to, std::size_t offset, std::size_t size) const;
  void read_pieces(int descriptor, std::size_t size, int threads);
  void read_all(int descriptor, std::size_t expected);

  std::string name_;
  std::string_view bytes_;
  std::unique_ptr<char, Free> buffer_;
  void* pages_ = nullptr;
  std::size_t room_ = 0;  // bytes of them
};

}  // namespace nlsq::data
