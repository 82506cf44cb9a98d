// SPDX-License-Identifier: MIT
// The bytes of a file: mapped if it is a large regular file, else read (small files, pipes,
// standard input).
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace nlsq::data {

class Source {
 public:
  /// "-" is standard input. Throws DataError if there is no such file or it cannot be one, and
  /// IoError if reading fails under way.
  explicit Source(const std::string& path);
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

  void open_file(const std::string& path);
  void map(int descriptor, std::size_t size);
  void read_all(int descriptor, std::size_t expected);

  std::string name_;
  std::string_view bytes_;
  std::unique_ptr<char, Free> buffer_;
  void* mapping_ = nullptr;
};

}  // namespace nlsq::data
