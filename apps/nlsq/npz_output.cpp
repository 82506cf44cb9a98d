// SPDX-License-Identifier: MIT
// NumPy's .npz is a zip archive of .npy files; members are stored, not compressed, so all it takes
// are headers and a checksum.
// Formats: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16; numpy.lib.format, version 1.0.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string_view>

#include "crc32.hpp"
#include "nlsq/error.hpp"
#include "own_results.hpp"
#include "result_table.hpp"

namespace nlsq::command {
namespace {

// The least significant byte first, whatever the machine.
void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFFU);
}

// Code points; a byte that is no UTF-8 stands for itself (Latin-1).
std::vector<std::uint32_t> code_points(const std::string& text) {
  std::vector<std::uint32_t> points;
  for (std::size_t i = 0; i < text.size();) {
    const auto at = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
    const std::uint32_t lead = at(0);
    const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    bool good = lead < 0x80 || (more > 0 && lead < 0xF8 && i + more < text.size());
    std::uint32_t point = more == 0 ? lead : lead & (0x3FU >> more);
    for (std::size_t k = 1; good && k <= more; ++k) {
      good = (at(k) & 0xC0U) == 0x80U;
      point = point << 6U | (at(k) & 0x3FU);
    }
    good = good && point <= 0x10FFFFU && (point < 0xD800U || point > 0xDFFFU);
    points.push_back(good ? point : lead);
    i += good ? more + 1 : 1;
  }
  return points;
}

std::string npy_header(std::string_view type, index_t rows) {
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({},), }}", type, rows);
  constexpr std::size_t kBefore = 10, kMultiple = 64;
  text.append((kMultiple - (kBefore + text.size() + 1) % kMultiple) % kMultiple, ' ');
  text += '\n';
  std::string out = "\x93NUMPY";
  put(out, 1, 1);
  put(out, 0, 1);
  put(out, text.size(), 2);
  return out + text;
}

std::string npy_text(const ResultColumn& column, index_t rows) {
  std::vector<std::string> words;
  std::size_t width = 1;
  for (const std::string& word : column.words) width = std::max(width, code_points(word).size());
  for (const std::string& word : column.words) {
    std::string& bytes = words.emplace_back();
    for (const std::uint32_t point : code_points(word)) put(bytes, point, 4);
    bytes.resize(4 * width, '\0');
  }
  std::string out = npy_header(fmt::format("<U{}", width), rows);
  out.reserve(out.size() + 4 * width * column.codes.size());
  for (const std::int32_t code : column.codes) out += words[static_cast<std::size_t>(code)];
  return out;
}

std::string npy(const ResultColumn& column, index_t rows) {
  if (column.kind == ResultColumn::Kind::text) return npy_text(column, rows);
  const bool is_count = column.kind == ResultColumn::Kind::count;
  std::string out = npy_header(is_count ? "<i8" : "<f8", rows);
  out.reserve(out.size() + 8 * static_cast<std::size_t>(rows));
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, is_count ? static_cast<const void*>(&column.counts[i]) : &column.numbers[i],
                sizeof(bits));
    put(out, bits, 8);
  }
  return out;
}

}  // namespace

std::string to_npz(const ResultTable& table) {
  constexpr std::uint32_t kVersion = 20, kUtf8 = 1U << 11U, kStored = 0;
  // The first date there is, so that equal tables are equal files.
  constexpr std::uint32_t k1980 = 0x00210000;
  std::string out, directory;
  for (const ResultColumn& column : table.columns) {
    const std::string name = column.name + ".npy", content = npy(column, table.rows);
    if (out.size() + content.size() > std::numeric_limits<std::uint32_t>::max() - (1U << 20U))
      throw InputError("--out", "--out: more than 4 GB do not fit in an .npz; write a .csv");
    const std::size_t at = out.size();
    std::string common;
    put(common, kVersion, 2);
    put(common, kUtf8, 2);
    put(common, kStored, 2);
    put(common, k1980, 4);
    put(common, crc32(content), 4);
    put(common, content.size(), 4);
    put(common, content.size(), 4);
    put(common, name.size(), 2);
    put(common, 0, 2);
    out += "PK\x03\x04" + common + name;
    out += content;
    directory += "PK\x01\x02";
    put(directory, kVersion, 2);
    directory += common;
    put(directory, 0, 2 + 2 + 2);  // comment, disk, attributes inside
    put(directory, 0, 4);          // and outside
    put(directory, at, 4);
    directory += name;
  }
  const std::size_t at = out.size(), files = table.columns.size();
  out += directory + "PK\x05\x06";
  put(out, 0, 4);
  put(out, files, 2);
  put(out, files, 2);
  put(out, directory.size(), 4);
  put(out, at, 4);
  const std::string comment = kNpzComment;
  put(out, comment.size(), 2);
  return out + comment;
}

}  // namespace nlsq::command
