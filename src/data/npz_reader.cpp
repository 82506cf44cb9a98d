// SPDX-License-Identifier: MIT
// The directory at the end of a zip archive says where its members are; each is a .npy file.
// Format: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
#include "data/npz_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "data/header.hpp"
#include "data/npy_header.hpp"
#include "data/npy_reader.hpp"
#include "data/table_impl.hpp"
#include "data/words.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMember = "PK\x03\x04"sv, kEntry = "PK\x01\x02"sv, kEnd = "PK\x05\x06"sv;
constexpr std::size_t kMemberSize = 30, kEntrySize = 46, kEndSize = 22;
constexpr std::string_view kSuffix = ".npy";

struct Member {
  std::string name;  ///< without .npy
  std::string_view content;
};

// A number of up to four bytes, the least significant first; 0 beyond the end.
std::size_t number(std::string_view bytes, std::size_t at, std::size_t width) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i)
    value |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

std::size_t find_end(std::string_view bytes) {
  return bytes.size() < kEndSize ? std::string_view::npos
                                 : bytes.rfind(kEnd, bytes.size() - kEndSize);
}

[[noreturn]] void refuse(const std::string& source, const std::string& what) {
  throw DataError(source, 0, "this NPZ file " + what);
}

Member read_member(std::string_view bytes, std::size_t entry, const std::string& source) {
  constexpr std::size_t kTooLarge = 0xFFFFFFFFU;
  Member member;
  const std::size_t size = number(bytes, entry + 20, 4), name = number(bytes, entry + 28, 2);
  const std::size_t at = number(bytes, entry + 42, 4);
  if (entry + kEntrySize + name > bytes.size()) refuse(source, "is cut off in its directory");
  member.name = bytes.substr(entry + kEntrySize, name);
  if (number(bytes, entry + 10, 2) != 0)
    refuse(source, "is compressed; save it with numpy.savez, not savez_compressed");
  if (size == kTooLarge || at == kTooLarge)
    refuse(source, "has members of more than 4 GB; save the columns with numpy.save");
  if (at + kMemberSize > bytes.size() || bytes.substr(at, kMember.size()) != kMember)
    refuse(source, "is cut off: the array '" + member.name + "' is missing");
  const std::size_t start =
      at + kMemberSize + number(bytes, at + 26, 2) + number(bytes, at + 28, 2);
  if (start > bytes.size() || size > bytes.size() - start)
    refuse(source, "is cut off in the array '" + member.name + "'");
  if (!member.name.ends_with(kSuffix)) refuse(source, "holds '" + member.name + "', no array");
  member.name.resize(member.name.size() - kSuffix.size());
  member.content = bytes.substr(start, size);
  return member;
}

std::vector<Member> read_directory(std::string_view bytes, const std::string& source) {
  const std::size_t end = find_end(bytes);
  const std::size_t count = number(bytes, end + 10, 2);
  std::size_t entry = number(bytes, end + 16, 4);
  std::vector<Member> members;
  for (std::size_t i = 0; i < count; ++i) {
    if (entry + kEntrySize > bytes.size() || bytes.substr(entry, kEntry.size()) != kEntry)
      refuse(source, "is cut off in its directory");
    members.push_back(read_member(bytes, entry, source));
    entry += kEntrySize + number(bytes, entry + 28, 2) + number(bytes, entry + 30, 2) +
             number(bytes, entry + 32, 2);
  }
  return members;
}

void append_utf8(std::uint32_t point, std::string& out) {
  if (point < 0x80U) {
    out += static_cast<char>(point);
    return;
  }
  const int more = point < 0x800U ? 1 : point < 0x10000U ? 2 : 3;
  const std::uint32_t lead = more == 1 ? 0xC0U : more == 2 ? 0xE0U : 0xF0U;
  out += static_cast<char>(lead | (point >> (6 * more) & 0x3FU));
  for (int k = more - 1; k >= 0; --k) out += static_cast<char>(0x80U | (point >> (6 * k) & 0x3FU));
}

// The fields of an array of text, '<U…' or '|S…'; none for other types.
Table::Impl::Kept words_of(const NpyHeader& header, std::size_t rows) {
  const std::string& type = header.fields[0].dtype;
  const bool unicode = type.starts_with("<U");
  if (!unicode && !type.starts_with("|S")) return {};
  const auto width = static_cast<std::size_t>(npy_item_size(type, ""));
  Words words;
  Table::Impl::Kept kept;
  std::string word;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::string_view field = header.body.substr(i * width, width);
    word.clear();
    for (std::size_t at = 0; unicode && at + 4 <= width; at += 4) {
      const std::size_t point = number(field, at, 4);
      if (point == 0) break;
      append_utf8(static_cast<std::uint32_t>(point), word);
    }
    if (!unicode) word = field.substr(0, field.find('\0'));
    kept.codes.push_back(words.code(word));
  }
  kept.words = words.take();
  return kept;
}

}  // namespace

bool is_npz(std::string_view bytes) {
  if (!bytes.starts_with(kMember) || find_end(bytes) == std::string_view::npos) return false;
  return bytes.substr(std::min(kMemberSize, bytes.size()), number(bytes, 26, 2)).ends_with(kSuffix);
}

Table read_npz(std::string_view bytes, const std::string& source, const ReadOptions& options) {
  const std::vector<Member> members = read_directory(bytes, source);
  if (members.empty()) refuse(source, "has no columns");
  const auto columns = static_cast<index_t>(members.size());
  auto impl = std::make_unique<Table::Impl>();
  impl->source = source;
  std::vector<std::string> names;
  for (std::size_t j = 0; j < members.size(); ++j) {
    const std::string& name = names.emplace_back(members[j].name);
    const NpyHeader header = read_npy_header(members[j].content, source);
    const index_t rows = npy_array_rows(header, source + ", array '" + name + "'");
    if (j == 0) {
      if (rows == 0) refuse(source, "has no rows");
      impl->rows = rows;
      impl->storage = Storage(columns, rows);
    }
    if (rows != impl->rows) {
      refuse(source, "has arrays of different lengths: '" + names[0] + "' " +
                         counted(impl->rows, "row") + ", '" + name + "' " + counted(rows, "row"));
    }
    if (read_npy_array(header, impl->storage.column(static_cast<index_t>(j)))) continue;
    impl->text.resize(members.size());
    impl->text[j].found = true;
    impl->text[j].text = "dtype " + header.fields[0].dtype;
    impl->kept.resize(members.size());
    impl->kept[j] = words_of(header, static_cast<std::size_t>(rows));
  }
  finish_table(*impl, std::move(names), columns, options, "the arrays have no names");
  return Table(std::move(impl));
}

}  // namespace nlsq::data
