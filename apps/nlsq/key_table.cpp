// SPDX-License-Identifier: MIT
// Keys match as text, so that a column of numbers in one file finds its text in the other.
#include "key_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "mapped_table.hpp"
#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

std::string text_of(const std::vector<Keys>& keys, index_t row) {
  std::string text;
  for (const Keys& key : keys) {
    text += key.at(row);
    text += '\0';
  }
  return text;
}

}  // namespace

KeyTable::KeyTable(const std::string& path, const std::string& option, const Groups& groups) {
  ReadOptions options;
  for (const Keys& key : groups.keys) options.keep_text.push_back(key.name);
  columns_ = std::make_unique<ColumnSet>(read_mapped_table(path, options));
  std::vector<index_t> at;
  std::vector<std::string> ignored;
  for (const Keys& key : groups.keys) at.push_back(columns_->require(key.name, option, ignored));
  const std::vector<Keys> keys = keys_of(*columns_, at);
  std::unordered_map<std::string, index_t> row_of;
  row_of.reserve(static_cast<std::size_t>(columns_->rows()));
  for (index_t row = 0; row < columns_->rows(); ++row) {
    const auto [known, is_new] = row_of.emplace(text_of(keys, row), row);
    if (is_new) continue;
    std::string label;
    for (const Keys& key : keys) label += (label.empty() ? "" : "/") + key.at(row);
    throw InputError(option,
                     fmt::format("{}: the group {} comes twice in {}; first at {}", option, label,
                                 columns_->place(row), columns_->place(known->second)));
  }
  for (index_t g = 0; g < groups.count(); ++g) {
    const auto found =
        row_of.find(text_of(groups.keys, groups.first_row[static_cast<std::size_t>(g)]));
    rows_.push_back(found == row_of.end() ? -1 : found->second);
  }
}

index_t KeyTable::absent() const { return std::count(rows_.begin(), rows_.end(), -1); }

}  // namespace nlsq::command
