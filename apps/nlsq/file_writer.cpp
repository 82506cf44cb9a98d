// SPDX-License-Identifier: MIT
#include "file_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

constexpr mode_t kModeBits = 07777, kNewFile = 0666;

[[noreturn]] void fail(const std::string& named, int fault) {
  throw IoError(fmt::format("cannot write '{}': {}", named, std::strerror(fault)));
}

constexpr std::array<int, 4> kEnding{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
volatile std::sig_atomic_t held_signal = 0;

void hold(int number) { held_signal = number; }

// A signal between the first byte and the rename would leave the temporary file behind, so it acts
// after that. A mask would not do: the signal would find another thread.
class HeldSignals {
 public:
  HeldSignals() {
    held_signal = 0;
    struct sigaction action = {};
    action.sa_handler = hold;
    action.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < kEnding.size(); ++i) {
      sigaction(kEnding[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) sigaction(kEnding[i], &action, nullptr);
    }
  }
  ~HeldSignals() {
    for (std::size_t i = 0; i < kEnding.size(); ++i) sigaction(kEnding[i], &before_[i], nullptr);
    if (held_signal != 0) std::raise(held_signal);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

 private:
  std::array<struct sigaction, kEnding.size()> before_{};
};

// Closes what is still open.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }
  // 0 or errno: some file systems tell only here that the disk is full.
  int close() { return ::close(std::exchange(number_, -1)) == 0 ? 0 : errno; }

 private:
  int number_;
};

// 0 or errno.
int write_all(int descriptor, const std::string& content) {
  for (std::size_t at = 0; at < content.size();) {
    const ssize_t written = ::write(descriptor, content.data() + at, content.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    at += static_cast<std::size_t>(written);
  }
  return 0;
}

mode_t file_mode_of_process() {
  const mode_t mask = umask(0);
  umask(mask);
  return kNewFile & ~mask;
}

// The mode and owner of the file that is replaced. False where the owner cannot be kept.
bool takes_after(int descriptor, const struct stat& old) {
  struct stat own = {};
  if (fstat(descriptor, &own) != 0) return false;
  const bool same = own.st_uid == old.st_uid && own.st_gid == old.st_gid;
  if (!same && fchown(descriptor, old.st_uid, old.st_gid) != 0) return false;
  return fchmod(descriptor, old.st_mode & kModeBits) == 0;
}

// Gives `temporary` its name. 0 or errno; EEXIST if a new file is there meanwhile.
int rename_to(const std::string& temporary, const Place& place) {
  const char *from = temporary.c_str(), *to = place.path.c_str();
  if (place.kind == Place::Kind::file) return std::rename(from, to) == 0 ? 0 : errno;
#if defined(RENAME_NOREPLACE)
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
#endif
  // A system without that kind of renaming may still have hard links, which never replace.
  if (link(from, to) == 0) return unlink(from) == 0 ? 0 : errno;
  if (errno == EEXIST) return errno;
  return std::rename(from, to) == 0 ? 0 : errno;
}

// False if the file must be written in place, and nothing has been done.
bool replaced(const Place& place, const std::string& named, const std::string& content) {
  const HeldSignals held;
  std::string temporary = folder_of(place.path) + "/.nlsq-XXXXXX";
  Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  const bool is_old = place.kind == Place::Kind::file;
  if (!file.is_open()) {
    if (is_old && (errno == EACCES || errno == EPERM || errno == EROFS)) return false;
    fail(named, errno);
  }
  int fault = 0;
  bool in_place = false;
  if (is_old)
    in_place = !takes_after(file.number(), place.status);
  else
    fault = fchmod(file.number(), file_mode_of_process()) == 0 ? 0 : errno;
  if (!in_place) {
    if (fault == 0) fault = write_all(file.number(), content);
    if (fault == 0) fault = file.close();
    if (fault == 0) fault = rename_to(temporary, place);
    // In a folder with the sticky bit only its owner renames a file; one that is mounted stays.
    in_place = is_old && (fault == EACCES || fault == EPERM || fault == EBUSY);
  }
  if (in_place || fault != 0) unlink(temporary.c_str());
  if (!in_place && fault != 0) fail(named, fault);
  return !in_place;
}

// Room is reserved first, so that a full disk is found out before the old content is touched.
void write_in_place(const Place& place, const std::string& named, const std::string& content) {
  const HeldSignals held;
  Descriptor file(open(place.path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat found = {};
  if (!file.is_open() || fstat(file.number(), &found) != 0) fail(named, errno);
  // Another file that came to be there since it was judged is not ours to write to.
  if (!is_same(found, place.status)) fail(named, EEXIST);
  const auto size = static_cast<off_t>(content.size()), old = place.status.st_size;
  if (size > old) {
#if defined(__APPLE__)
    const int fault = ftruncate(file.number(), size) == 0 ? 0 : errno;
#else
    const int fault = posix_fallocate(file.number(), 0, size);
#endif
    if (fault != 0 && fault != EOPNOTSUPP && fault != EINVAL) {
      if (ftruncate(file.number(), old) != 0) fail(named, errno);
      fail(named, fault);
    }
  }
  int fault = write_all(file.number(), content);
  if (fault == 0 && ftruncate(file.number(), size) != 0) fault = errno;
  if (fault == 0) fault = file.close();
  if (fault != 0) fail(named, fault);
}

void write_to_stream(const Place& place, const std::string& named, const std::string& content) {
  Descriptor stream(open(place.path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
  if (!stream.is_open()) fail(named, errno);
  int fault = write_all(stream.number(), content);
  if (fault == 0) fault = stream.close();
  if (fault != 0) fail(named, fault);
}

}  // namespace

void write_to(const Place& place, const std::string& named, const std::string& content) {
  switch (place.kind) {
    case Place::Kind::descriptor:
      std::fflush(nullptr);
      if (const int fault = write_all(place.descriptor, content); fault != 0)
        fail(named == "-" ? "standard output" : named, fault);
      return;
    case Place::Kind::stream: return write_to_stream(place, named, content);
    case Place::Kind::file:
    case Place::Kind::created:
      if (!replaced(place, named, content)) write_in_place(place, named, content);
      return;
  }
}

}  // namespace nlsq::command
