// SPDX-License-Identifier: MIT
// Writes through a temporary file.
#include "output_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

namespace fs = std::filesystem;

bool write_all(const std::string& path, const std::string& content) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  const int fault = errno;
  const bool closed = std::fclose(file) == 0;
  if (!written) errno = fault;
  return written && closed;
}

}  // namespace

void check_output_path(const std::string& path, const std::string& option) {
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (fs::is_directory(path, error)) {
    throw InputError(option, fmt::format("{}: '{}' is a folder, not a file", option, path));
  }
  if (!folder.empty() && !fs::is_directory(folder, error)) {
    throw InputError(option, fmt::format("{}: there is no folder '{}'", option, folder.string()));
  }
  if (access(folder.empty() ? "." : folder.c_str(), W_OK) != 0) {
    throw InputError(option, fmt::format("{}: cannot write in the folder of '{}'", option, path));
  }
}

void write_file(const std::string& path, const std::string& content) {
  const std::string temporary = fmt::format("{}.tmp{}", path, getpid());
  if (write_all(temporary, content) && std::rename(temporary.c_str(), path.c_str()) == 0) return;
  const int fault = errno;
  std::remove(temporary.c_str());
  throw IoError(fmt::format("cannot write '{}': {}", path, std::strerror(fault)));
}

}  // namespace nlsq::command
