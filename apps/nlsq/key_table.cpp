// SPDX-License-Identifier: MIT
// Keys match as text, so that a column of numbers in one file finds its text in the other.
#include "key_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "mapped_table.hpp"
#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"
#include "spreadsheet.hpp"

namespace nlsq::command {
namespace {

// How the keys of a table are written.
enum class Spelling { plain, guarded };

std::string text_of(const std::vector<Keys>& keys, index_t row, Spelling spelling) {
  std::string text;
  for (const Keys& key : keys) {
    text += spelling == Spelling::guarded ? unguarded(key.at(row)) : key.at(row);
    text += '\0';
  }
  return text;
}

// A text that this command wrote has no formula in its keys. Any other was made elsewhere, and an
// apostrophe in it is the user's.
Spelling spelling_of(const std::string& path, const std::vector<Keys>& keys) {
  if (path.ends_with(".npz") || path.ends_with(".npy")) return Spelling::plain;
  for (const Keys& key : keys) {
    const auto& words = key.text.words;
    if (key.is_text && std::any_of(words.begin(), words.end(), is_formula)) return Spelling::plain;
  }
  return Spelling::guarded;
}

}  // namespace

index_t find_written(const ColumnSet& columns, const std::string& name) {
  std::vector<std::string> ignored;
  const std::string written = guarded(name);
  const index_t found = written == name ? -1 : columns.find(written, ignored);
  return found >= 0 ? found : columns.find(name, ignored);
}

KeyTable::KeyTable(const std::string& path, const std::string& option, const Groups& groups) {
  ReadOptions options;
  for (const Keys& key : groups.keys) {
    options.keep_text.push_back(key.name);
    if (guarded(key.name) != key.name) options.keep_text.push_back(guarded(key.name));
  }
  columns_ = std::make_unique<ColumnSet>(read_mapped_table(path, options));
  std::vector<index_t> at;
  std::vector<std::string> ignored;
  for (const Keys& key : groups.keys) {
    const index_t written = find_written(*columns_, key.name);
    at.push_back(written >= 0 ? written : columns_->require(key.name, option, ignored));
  }
  const std::vector<Keys> keys = keys_of(*columns_, at);
  const Spelling spelling = spelling_of(path, keys);
  std::unordered_map<std::string, index_t> row_of;
  row_of.reserve(static_cast<std::size_t>(columns_->rows()));
  for (index_t row = 0; row < columns_->rows(); ++row) {
    const auto [known, is_new] = row_of.emplace(text_of(keys, row, spelling), row);
    if (is_new) continue;
    std::string label;
    for (const Keys& key : keys) label += (label.empty() ? "" : "/") + key.at(row);
    throw InputError(option, fmt::format("{}: the group {} comes twice in {}; first at {}", option,
                                         printable(label), columns_->place(row),
                                         columns_->place(known->second)));
  }
  for (index_t g = 0; g < groups.count(); ++g) {
    const auto found = row_of.find(
        text_of(groups.keys, groups.first_row[static_cast<std::size_t>(g)], Spelling::plain));
    rows_.push_back(found == row_of.end() ? -1 : found->second);
  }
}

index_t KeyTable::absent() const { return std::count(rows_.begin(), rows_.end(), -1); }

}  // namespace nlsq::command
