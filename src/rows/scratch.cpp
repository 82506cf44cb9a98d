// SPDX-License-Identifier: MIT
#include "rows/scratch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "nlsq/error.hpp"

namespace nlsq::rows {
namespace {

std::string folder_or_default(const std::string& folder) {
  if (!folder.empty()) return folder;
  const char* const given = std::getenv("TMPDIR");
  return given != nullptr && *given != '\0' ? given : "/var/tmp";
}

// For file systems that cannot make a file without a name.
int open_and_unlink(const std::string& folder) {
  std::string path = folder + "/nlsq-scratch-XXXXXX";
  const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor >= 0) ::unlink(path.c_str());
  return descriptor;
}

}  // namespace

int open_scratch(const std::string& folder, std::string& name) {
  const std::string at = folder_or_default(folder);
  name = fmt::format("scratch file in {}", at);
  int descriptor = ::open(at.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (descriptor < 0) descriptor = open_and_unlink(at);
  if (descriptor >= 0) return descriptor;
  throw IoError(
      fmt::format("scratch: no file can be made in {}: {}; name another folder "
                  "(--scratch DIR)",
                  at, std::strerror(errno)));
}

void write_scratch(int descriptor, const std::string& name, const void* bytes, index_t size) {
  const char* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t done = ::write(descriptor, at, static_cast<std::size_t>(size));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      throw IoError(fmt::format("{}: writing failed: {}{}", name, std::strerror(errno),
                                errno == ENOSPC || errno == EDQUOT || errno == EFBIG
                                    ? "; name a folder with more room (--scratch DIR)"
                                    : ""));
    }
    at += done;
    size -= done;
  }
}

}  // namespace nlsq::rows
