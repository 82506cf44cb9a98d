// SPDX-License-Identifier: MIT
#include "data/zip.hpp"

#include <algorithm>
#include <utility>

#include "nlsq/error.hpp"
#include "nlsq/table.hpp"

#if NLSQ_HAS_ZLIB
#include <zlib.h>
#endif

namespace nlsq::data {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMember = "PK\x03\x04"sv, kEntry = "PK\x01\x02"sv, kEnd = "PK\x05\x06"sv;
constexpr std::size_t kMemberSize = 30, kEntrySize = 46, kEndSize = 22;
// Deflate makes zeros a thousand times smaller, tables five to fifty times.
constexpr std::size_t kMostGrowth = 400, kAnyGrowth = std::size_t{1} << 26U;

std::size_t find_end(std::string_view bytes) {
  return bytes.size() < kEndSize ? std::string_view::npos
                                 : bytes.rfind(kEnd, bytes.size() - kEndSize);
}

#if NLSQ_HAS_ZLIB
// Fills `to`, of the size that the directory gives; false if the bytes are damaged or of another
// size.
bool inflate_to(std::string_view packed, std::string& to) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
  // The interface of zlib has no const, and counts in 32 bits, which a member never exceeds.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(to.data());
  stream.avail_out = static_cast<uInt>(to.size());
  int state = inflate(&stream, Z_FINISH);
  // A member of nothing has no room in which its end could be found.
  Bytef beyond = 0;
  if (state == Z_BUF_ERROR && stream.avail_out == 0) {
    stream.next_out = &beyond;
    stream.avail_out = 1;
    state = inflate(&stream, Z_FINISH);
  }
  const bool is_whole = state == Z_STREAM_END && stream.total_out == to.size();
  inflateEnd(&stream);
  return is_whole;
}
#endif

}  // namespace

std::size_t little_endian(std::string_view bytes, std::size_t at, std::size_t width) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i)
    value |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

bool is_zip(std::string_view bytes) {
  return bytes.starts_with(kMember) && find_end(bytes) != std::string_view::npos;
}

bool unpacks_zip() { return NLSQ_HAS_ZLIB != 0; }

Zip::Zip(std::string_view bytes, std::string source, std::string kind)
    : source_(std::move(source)), kind_(std::move(kind)) {
  const std::size_t end = find_end(bytes);
  const std::size_t count = little_endian(bytes, end + 10, 2);
  std::size_t entry = little_endian(bytes, end + 16, 4);
  for (std::size_t i = 0; i < count; ++i) {
    if (entry + kEntrySize > bytes.size() || bytes.substr(entry, kEntry.size()) != kEntry)
      refuse("is cut off in its directory");
    read_entry(bytes, entry);
    entry += kEntrySize + little_endian(bytes, entry + 28, 2) +
             little_endian(bytes, entry + 30, 2) + little_endian(bytes, entry + 32, 2);
  }
}

void Zip::read_entry(std::string_view bytes, std::size_t entry) {
  constexpr std::size_t kTooLarge = 0xFFFFFFFFU;
  ZipMember member;
  const std::size_t packed = little_endian(bytes, entry + 20, 4);
  const std::size_t name = little_endian(bytes, entry + 28, 2);
  const std::size_t at = little_endian(bytes, entry + 42, 4);
  const std::size_t method = little_endian(bytes, entry + 10, 2);
  member.size = little_endian(bytes, entry + 24, 4);
  if (entry + kEntrySize + name > bytes.size()) refuse("is cut off in its directory");
  member.name = bytes.substr(entry + kEntrySize, name);
  if ((little_endian(bytes, entry + 8, 2) & 1U) != 0) refuse("is locked by a password");
  if (method != 0 && method != 8) refuse("is compressed in a way that is not known here");
  member.is_deflated = method == 8;
  if (packed == kTooLarge || member.size == kTooLarge || at == kTooLarge)
    refuse("has members of more than 4 GB");
  if (at + kMemberSize > bytes.size() || bytes.substr(at, kMember.size()) != kMember)
    refuse("is cut off: '" + member.name + "' is missing");
  const std::size_t start =
      at + kMemberSize + little_endian(bytes, at + 26, 2) + little_endian(bytes, at + 28, 2);
  if (start > bytes.size() || packed > bytes.size() - start)
    refuse("is cut off in '" + member.name + "'");
  member.packed = bytes.substr(start, packed);
  if (!member.is_deflated) member.size = packed;
  members_.push_back(std::move(member));
}

const ZipMember* Zip::find(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const ZipMember& each) { return each.name == name; });
  return found == members_.end() ? nullptr : &*found;
}

std::string_view Zip::content(const ZipMember& member, std::string& room) const {
  if (!member.is_deflated) return member.packed;
#if NLSQ_HAS_ZLIB
  if (member.size > kAnyGrowth && member.size / kMostGrowth > member.packed.size())
    refuse("unpacks '" + member.name + "' to far more than a table would; it is not read");
  unpacked_ += member.size;
  if (unpacked_ > kMostBytes) refuse("unpacks to more than 1 GB; export the table as CSV");
  room.resize(member.size);
  if (!inflate_to(member.packed, room)) refuse("is damaged in '" + member.name + "'");
  return room;
#else
  refuse("is compressed, and nlsq was built without zlib; install zlib1g-dev and build again");
#endif
}

void Zip::refuse(const std::string& what) const {
  throw DataError(source_, 0, "this " + kind_ + " " + what);
}

}  // namespace nlsq::data
