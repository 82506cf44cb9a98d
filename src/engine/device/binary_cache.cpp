// SPDX-License-Identifier: MIT
// An entry: a magic word with the format's number, the sizes of key and binary, a checksum of both,
// key, binary.
#include "engine/device/binary_cache.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/environment.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"

namespace nlsq::engine::device {
namespace {

namespace fs = std::filesystem;

constexpr std::array<char, 8> kMagic = {'n', 'l', 's', 'q', 'd', 'e', 'v', '1'};
constexpr std::string_view kSuffix = ".nlsqdev";

struct Head {
  std::array<char, 8> magic;
  std::uint64_t key_bytes, binary_bytes, checksum;
};

// Words of eight bytes, each mixed into the state.
std::uint64_t hash_of(std::string_view bytes, std::uint64_t state) {
  state = base::hash(state ^ static_cast<std::uint64_t>(bytes.size()));
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t n = std::min(bytes.size(), sizeof(word));
    std::memcpy(&word, bytes.data(), n);
    state = base::hash(state ^ word) + 0x9E3779B97F4A7C15u;
    bytes.remove_prefix(n);
  }
  return state;
}

std::uint64_t checksum_of(std::string_view key, std::string_view binary) {
  return hash_of(binary, hash_of(key, 0));
}

bool is_ours(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.find(kSuffix) != std::string::npos;  // temporary ones have more after it
}

void say(const std::string& path, std::string_view what) {
  if (base::logs(LogLevel::debug))
    base::log(LogLevel::debug, fmt::format("device cache: {} {}", path, what));
}

// The whole entry; false where it is not one, or not whole.
bool read_entry(const std::string& path, std::string& key, std::string& binary) {
  std::ifstream in(path, std::ios::binary);
  Head head{};
  if (!in.read(reinterpret_cast<char*>(&head), sizeof(head)) || head.magic != kMagic) return false;
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error || head.key_bytes > size || head.binary_bytes > size ||
      sizeof(head) + head.key_bytes + head.binary_bytes != size) {
    return false;
  }
  key.resize(head.key_bytes);
  binary.resize(head.binary_bytes);
  in.read(key.data(), static_cast<std::streamsize>(key.size()));
  in.read(binary.data(), static_cast<std::streamsize>(binary.size()));
  return in && checksum_of(key, binary) == head.checksum;
}

}  // namespace

// A relative XDG_CACHE_HOME is to be ignored (XDG Base Directory Specification).
BinaryCache BinaryCache::of_user() {
  const char* const cache = base::value_of(base::Variable::xdg_cache_home);
  if (cache != nullptr && cache[0] == '/') return BinaryCache(std::string(cache) + "/nlsq");
  const char* const home = base::value_of(base::Variable::home);
  if (home != nullptr && home[0] == '/') return BinaryCache(std::string(home) + "/.cache/nlsq");
  return BinaryCache("");
}

std::string BinaryCache::path_of(const std::string& key) const {
  return fmt::format("{}/{:016x}{:016x}{}", folder_, hash_of(key, 1), hash_of(key, 2), kSuffix);
}

std::string BinaryCache::find(const std::string& key) const {
  if (folder_.empty()) return {};
  const std::string path = path_of(key);
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return {};
  std::string found, binary;
  if (!read_entry(path, found, binary)) {
    say(path, "is not whole; it is removed and compiled anew");
    fs::remove(path, error);
    return {};
  }
  if (found != key) return {};
  fs::last_write_time(path, fs::file_time_type::clock::now(), error);
  return binary;
}

void BinaryCache::store(const std::string& key, const std::string& binary) const {
  if (folder_.empty() || binary.empty()) return;
  std::error_code error;
  fs::create_directories(folder_, error);
  static std::atomic<unsigned> number{0};
  const std::string path = path_of(key);
  const std::string temporary = fmt::format("{}.{}.{}", path, getpid(), number++);
  {
    std::ofstream out(temporary, std::ios::binary);
    const Head head{kMagic, key.size(), binary.size(), checksum_of(key, binary)};
    out.write(reinterpret_cast<const char*>(&head), sizeof(head));
    out.write(key.data(), static_cast<std::streamsize>(key.size()));
    out.write(binary.data(), static_cast<std::streamsize>(binary.size()));
    out.close();
    if (!out) {
      say(path, "cannot be written");
      fs::remove(temporary, error);
      return;
    }
  }
  fs::rename(temporary, path, error);
  if (error) fs::remove(temporary, error);
  keep_within_limit();
}

void BinaryCache::forget(const std::string& key) const {
  std::error_code error;
  if (!folder_.empty()) fs::remove(path_of(key), error);
}

void BinaryCache::keep_within_limit() const {
  struct Entry {
    fs::file_time_type used;
    index_t bytes;
    fs::path path;
  };
  std::vector<Entry> entries;
  index_t total = 0;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    if (!is_ours(entry.path())) continue;
    std::error_code gone;  // by another process meanwhile
    const auto bytes = static_cast<index_t>(entry.file_size(gone));
    const fs::file_time_type used = entry.last_write_time(gone);
    if (gone) continue;
    entries.push_back({used, bytes, entry.path()});
    total += bytes;
  }
  if (total <= most_bytes_) return;
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.used < b.used; });
  for (const Entry& entry : entries) {
    if (total <= most_bytes_) break;
    if (fs::remove(entry.path, error)) total -= entry.bytes;
  }
}

BinaryCache::Size BinaryCache::size() const {
  Size size;
  std::error_code error;
  if (folder_.empty()) return size;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    std::error_code gone;
    if (!is_ours(entry.path())) continue;
    const auto bytes = static_cast<index_t>(entry.file_size(gone));
    if (gone) continue;
    ++size.entries;
    size.bytes += bytes;
  }
  return size;
}

BinaryCache::Size BinaryCache::clear() const {
  const Size was = size();
  std::error_code error;
  if (folder_.empty()) return was;
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    if (is_ours(entry.path())) paths.push_back(entry.path());
  }
  for (const fs::path& path : paths) fs::remove(path, error);
  return was;
}

}  // namespace nlsq::engine::device
