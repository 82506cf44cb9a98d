// SPDX-License-Identifier: MIT
// Links are followed one by one, since the last may point to what does not exist yet, and since
// those below /proc/self/fd must not be followed at all: the file behind them is open.
#include "file_place.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstring>
#include <filesystem>
#include <optional>

#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;

[[noreturn]] void refuse(const std::string& option, const std::string& what) {
  throw InputError(option, option + ": " + what);
}

// The number in /dev/fd/3 or /proc/self/fd/3, in any spelling; nothing for other paths.
std::optional<int> descriptor_of(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  int number = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || number < 0) return std::nullopt;
  std::error_code fault;
  const fs::path folder = fs::canonical(folder_of(path), fault),
                 own = fs::canonical("/proc/self/fd", fault);
  if (fault || folder.empty() || folder != own) return std::nullopt;
  return number;
}

std::string target_of(const std::string& link) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = readlink(link.c_str(), target.data(), target.size());
  target.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return target.starts_with('/') ? target : folder_of(link) + "/" + target;
}

// Follows the links at the end of `path`. Nothing if there are too many; `exists` and `status` tell
// of what they lead to, `fault` why that cannot be told.
struct Followed {
  std::string path;
  std::optional<int> descriptor;
  bool exists = false;
  int fault = 0;
  struct stat status = {};
};

Followed follow(std::string path) {
  Followed out;
  for (int links = 0; links < kMostLinks; ++links) {
    out.path = path;
    out.descriptor = descriptor_of(path);
    if (out.descriptor) return out;
    out.exists = lstat(path.c_str(), &out.status) == 0;
    if (!out.exists && errno != ENOENT) out.fault = errno;
    if (!out.exists || !S_ISLNK(out.status.st_mode)) return out;
    path = target_of(path);
  }
  out.exists = false;
  out.fault = ELOOP;
  return out;
}

Place descriptor_place(int descriptor, const std::string& path) {
  Place place;
  place.kind = Place::Kind::descriptor;
  place.path = path;
  place.descriptor = descriptor;
  fstat(descriptor, &place.status);
  return place;
}

Place open_place(int descriptor, const std::string& path, const std::string& option) {
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0) refuse(option, fmt::format("'{}' is not open", path));
  if ((flags & O_ACCMODE) == O_RDONLY)
    refuse(option, fmt::format("'{}' is open for reading only", path));
  return descriptor_place(descriptor, path);
}

void check_folder(const std::string& path, const std::string& named, const std::string& option) {
  std::error_code error;
  const std::string folder = folder_of(path);
  if (!fs::is_directory(folder, error))
    refuse(option, fmt::format("there is no folder '{}'", folder));
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    refuse(option,
           fmt::format("cannot write in the folder of '{}': {}", named, std::strerror(errno)));
}

}  // namespace

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

Place find_place(const std::string& path, const std::string& option) {
  if (path == "-") {
    // Closed or not, it is found out when it is written to, as where no option names it.
    return descriptor_place(STDOUT_FILENO, path);
  }
  const Followed end = follow(path);
  if (end.descriptor) return open_place(*end.descriptor, path, option);
  if (end.fault == ELOOP) refuse(option, fmt::format("'{}' is a link that leads to itself", path));
  if (end.fault == ENOTDIR)
    refuse(option, fmt::format("there is no folder '{}': a part of it is a file", folder_of(path)));
  if (end.fault != 0) refuse(option, fmt::format("'{}': {}", path, std::strerror(end.fault)));
  Place place;
  place.path = end.path;
  place.status = end.status;
  if (!end.exists) {
    check_folder(end.path, path, option);
    return place;
  }
  const mode_t mode = end.status.st_mode;
  if (S_ISDIR(mode)) refuse(option, fmt::format("'{}' is a folder, not a file", path));
  if (S_ISBLK(mode)) refuse(option, fmt::format("'{}' is a disk; it is not written to", path));
  if (S_ISSOCK(mode)) refuse(option, fmt::format("'{}' is a socket, not a file", path));
  place.kind = S_ISREG(mode) ? Place::Kind::file : Place::Kind::stream;
  return place;
}

bool is_same(const struct stat& a, const struct stat& b) {
  return !S_ISCHR(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool is_descriptor_of(int descriptor, const struct stat& status) {
  struct stat own = {};
  return fstat(descriptor, &own) == 0 && is_same(own, status);
}

bool same_file(const std::string& a, const std::string& b) {
  const Followed first = follow(a), second = follow(b);
  if (first.descriptor || second.descriptor) return first.descriptor == second.descriptor;
  if (first.exists != second.exists) return false;
  if (first.exists) return is_same(first.status, second.status);
  std::error_code fault;
  const auto resolved = [&](const std::string& path) {
    return fs::weakly_canonical(folder_of(path), fault) / fs::path(path).filename();
  };
  return first.fault == 0 && second.fault == 0 && resolved(first.path) == resolved(second.path);
}

}  // namespace nlsq::command
