// SPDX-License-Identifier: MIT
// Each member of the archive is a .npy file.
#include "data/npz_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "data/encoding.hpp"
#include "data/header.hpp"
#include "data/npy_header.hpp"
#include "data/npy_reader.hpp"
#include "data/table_impl.hpp"
#include "data/words.hpp"
#include "data/zip.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

constexpr std::string_view kSuffix = ".npy";

[[noreturn]] void refuse(const std::string& source, const std::string& what) {
  throw DataError(source, 0, "this NPZ file " + what);
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
      const std::size_t point = little_endian(field, at, 4);
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
  constexpr std::size_t kNameAt = 30;
  if (!is_zip(bytes)) return false;
  return bytes.substr(std::min(kNameAt, bytes.size()), little_endian(bytes, 26, 2))
      .ends_with(kSuffix);
}

Table read_npz(std::string_view bytes, const std::string& source, const ReadOptions& options) {
  const Zip zip(bytes, source, "NPZ file");
  const std::vector<ZipMember>& members = zip.members();
  if (members.empty()) refuse(source, "has no columns");
  const auto columns = static_cast<index_t>(members.size());
  auto impl = std::make_unique<Table::Impl>();
  impl->source = source;
  std::vector<std::string> names;
  std::string room;
  for (std::size_t j = 0; j < members.size(); ++j) {
    std::string& name = names.emplace_back(members[j].name);
    if (!name.ends_with(kSuffix)) refuse(source, "holds '" + name + "', no array");
    name.resize(name.size() - kSuffix.size());
    const NpyHeader header = read_npy_header(zip.content(members[j], room), source);
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
