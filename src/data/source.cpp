// SPDX-License-Identifier: MIT
// Opening, mapping and reading with POSIX calls.
// NOTE: a mapped file that another program cuts short ends the process with SIGBUS, for which a
// library installs no handler. So files are read, unless the caller asks for the mapping, which
// saves a sixth of the time of reading a table.
#include "data/source.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <new>
#include <vector>

#include "base/nearest.hpp"
#include "data/parallel.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

constexpr std::size_t kSmallestMapping = std::size_t{1} << 18;
constexpr std::size_t kLargeFile = std::size_t{1} << 22;
constexpr std::size_t kPiece = std::size_t{1} << 21;  // of a large file, read at once
constexpr std::size_t kFirstBuffer = std::size_t{1} << 16;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }

 private:
  int value_;
};

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  constexpr std::size_t kMost = 10000;
  std::vector<std::string> names;
  std::error_code error;
  auto entry = std::filesystem::directory_iterator(folder.empty() ? "." : folder, error);
  for (; !error && entry != std::filesystem::directory_iterator() && names.size() < kMost;
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

[[noreturn]] void raise_missing(const std::string& path) {
  if (path.empty()) throw DataError("''", 0, "no such file: the name is empty");
  const std::filesystem::path file(path);
  const std::string near = base::nearest(file.filename().string(), names_in(file.parent_path()));
  const std::string hint =
      near.empty() ? "" : " (did you mean '" + (file.parent_path() / near).string() + "'?)";
  throw DataError(path, 0, "no such file" + hint);
}

[[noreturn]] void raise_open_error(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) raise_missing(path);
  if (error == EACCES || error == EPERM)
    throw DataError(path, 0, "permission to read it is denied");
  if (error == ENAMETOOLONG || error == ELOOP) throw DataError(path, 0, std::strerror(error));
  throw IoError(path + ": cannot be opened: " + std::strerror(error));
}

}  // namespace

int open_for_reading(const std::string& path) {
  if (path.find('\0') != std::string::npos) throw DataError("''", 0, "the name holds a NUL byte");
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) raise_open_error(path, errno);
  return descriptor;
}

Source::Source(const std::string& path, int threads, bool mapped)
    : name_(path == "-" ? "standard input" : path) {
  if (path == "-") {
    read_all(STDIN_FILENO, kFirstBuffer);
  } else {
    open_file(path, threads, mapped);
  }
}

Source::~Source() {
  if (pages_ != nullptr) ::munmap(pages_, room_);
}

void Source::open_file(const std::string& path, int threads, bool mapped) {
  const Descriptor file(open_for_reading(path));
  struct stat status {};
  if (::fstat(file.value(), &status) != 0) raise_open_error(path, errno);
  if (S_ISDIR(status.st_mode)) throw DataError(path, 0, "this is a directory; name a file in it");
  const auto size = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
  const bool regular = S_ISREG(status.st_mode);
  if (regular && mapped && size >= kSmallestMapping && map(file.value(), size)) return;
  if (regular && size >= kLargeFile) {
    read_pieces(file.value(), size, threads);
  } else {
    read_all(file.value(), std::max(size + 1, std::size_t{1} << 12));
    if (regular && bytes_.size() < size) raise_cut_short(bytes_.size());
  }
}

void Source::raise_cut_short(std::size_t size) const {
  throw IoError(name_ + ": the file was cut short while it was read: it ends after " +
                std::to_string(size) + " bytes; wait until the program that writes it is done");
}

// False if the file system cannot map; the caller then reads.
bool Source::map(int descriptor, std::size_t size) {
  void* const at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (at == MAP_FAILED) return false;
  pages_ = at;
  room_ = size;
  bytes_ = {static_cast<const char*>(at), size};
  return true;
}

// Reads `size` bytes from `offset` on; fewer are there only when the file was cut short meanwhile.
void Source::read_piece(int descriptor, char* to, std::size_t offset, std::size_t size) const {
  for (std::size_t done = 0; done < size;) {
    const ssize_t got =
        ::pread(descriptor, to + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw IoError(name_ + ": reading failed: " + std::strerror(errno));
    if (got == 0) raise_cut_short(offset + done);
    done += static_cast<std::size_t>(got);
  }
}

void Source::read_pieces(int descriptor, std::size_t size, int threads) {
  room_ = (size + kPiece - 1) / kPiece * kPiece;
  void* const at =
      ::mmap(nullptr, room_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  pages_ = at;
  ::madvise(at, room_, MADV_HUGEPAGE);  // advice only
  auto* const to = static_cast<char*>(at);
  run_tasks(threads, static_cast<index_t>(room_ / kPiece), [&](index_t piece) {
    const std::size_t offset = static_cast<std::size_t>(piece) * kPiece;
    read_piece(descriptor, to + offset, offset, std::min(kPiece, size - offset));
  });
  bytes_ = {to, size};
}

void Source::read_all(int descriptor, std::size_t expected) {
  std::size_t room = 0;
  std::size_t size = 0;
  for (;;) {
    if (size == room) {
      if (room > std::numeric_limits<std::size_t>::max() / 2) throw std::bad_alloc();
      room = room == 0 ? expected : 2 * room;
      char* grown = static_cast<char*>(std::realloc(buffer_.get(), room));
      if (grown == nullptr) throw std::bad_alloc();
      static_cast<void>(buffer_.release());
      buffer_.reset(grown);
    }
    const ssize_t got = ::read(descriptor, buffer_.get() + size, room - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw IoError(name_ + ": reading failed: " + std::strerror(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes_ = {buffer_.get(), size};
}

}  // namespace nlsq::data
