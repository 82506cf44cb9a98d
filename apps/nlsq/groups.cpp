// SPDX-License-Identifier: MIT
// Each key becomes a small number, several of them one; a counting sort brings the rows together.
#include "groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "assignments.hpp"
#include "digits.hpp"
#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

constexpr std::int32_t kNone = -1;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// Numbers of 64 bits to 0, 1, … in the order of their first appearance.
class Codes {
 public:
  std::int32_t code(std::uint64_t value) {
    if (!values_.empty() && values_[last_] == value) return static_cast<std::int32_t>(last_);
    if (2 * values_.size() >= slots_.size()) grow();
    std::size_t at = first_slot(value);
    while (slots_[at] >= 0 && values_[static_cast<std::size_t>(slots_[at])] != value)
      at = (at + 1) & (slots_.size() - 1);
    if (slots_[at] < 0) {
      slots_[at] = static_cast<std::int32_t>(values_.size());
      values_.push_back(value);
    }
    last_ = static_cast<std::size_t>(slots_[at]);
    return slots_[at];
  }

 private:
  std::size_t first_slot(std::uint64_t value) const {
    constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15U;
    return ((value * kMix) >> 20U) & (slots_.size() - 1);
  }
  void grow() {
    constexpr std::size_t kFewest = 1024;
    slots_.assign(slots_.empty() ? kFewest : 2 * slots_.size(), -1);
    for (std::size_t i = 0; i < values_.size(); ++i) {
      std::size_t at = first_slot(values_[i]);
      while (slots_[at] >= 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = static_cast<std::int32_t>(i);
    }
  }
  std::vector<std::uint64_t> values_;
  std::vector<std::int32_t> slots_;
  std::size_t last_ = 0;
};

// One code a row, kNone where the key is missing; rows with the same key have the same.
std::vector<std::int32_t> codes_of(const Keys& keys, index_t rows) {
  std::vector<std::int32_t> codes(z(rows));
  if (keys.is_text) {
    std::copy(keys.text.codes.begin(), keys.text.codes.end(), codes.begin());
    const auto empty = std::find(keys.text.words.begin(), keys.text.words.end(), "");
    if (empty != keys.text.words.end())
      std::replace(codes.begin(), codes.end(),
                   static_cast<std::int32_t>(empty - keys.text.words.begin()), kNone);
    return codes;
  }
  Codes known;
  for (index_t row = 0; row < rows; ++row) {
    // Minus zero is zero.
    const double value = keys.numbers[z(row)] + 0.0;
    codes[z(row)] = std::isnan(value) ? kNone : known.code(std::bit_cast<std::uint64_t>(value));
  }
  return codes;
}

// The codes of all keys together.
std::vector<std::int32_t> combined_codes(const std::vector<Keys>& keys, index_t rows) {
  std::vector<std::int32_t> codes = codes_of(keys.front(), rows);
  for (std::size_t k = 1; k < keys.size(); ++k) {
    const std::vector<std::int32_t> more = codes_of(keys[k], rows);
    Codes pairs;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const bool missing = codes[i] == kNone || more[i] == kNone;
      const auto pair = static_cast<std::uint64_t>(codes[i]) << 32U |
                        static_cast<std::uint64_t>(static_cast<std::uint32_t>(more[i]));
      codes[i] = missing ? kNone : pairs.code(pair);
    }
  }
  return codes;
}

[[noreturn]] void refuse_missing_key(const LoadedData& loaded, const std::vector<Keys>& keys,
                                     index_t row) {
  for (const Keys& key : keys) {
    if (key.is_text ? !key.text[row].empty() : !std::isnan(key.numbers[z(row)])) continue;
    throw InputError("--by",
                     fmt::format("{}: the key '{}' is missing; leave such rows out with --missing "
                                 "omit",
                                 loaded.columns->place(row), key.name));
  }
  throw InputError("--by", fmt::format("{}: a key is missing", loaded.columns->place(row)));
}

// Groups numbered by first appearance among the rows that are used or incomplete.
class Numbering {
 public:
  Numbering(std::vector<std::int32_t> codes, Groups& groups)
      : codes_(std::move(codes)), groups_(&groups) {
    std::int32_t most = kNone;
    for (const std::int32_t code : codes_) most = std::max(most, code);
    group_.assign(static_cast<std::size_t>(most + 1), kNone);
  }
  // kNone if a key is missing.
  std::int32_t of(index_t row) {
    const std::int32_t code = codes_[z(row)];
    if (code == kNone) return kNone;
    std::int32_t& group = group_[static_cast<std::size_t>(code)];
    if (group == kNone) {
      group = static_cast<std::int32_t>(groups_->first_row.size());
      groups_->first_row.push_back(row);
      groups_->omitted.push_back(0);
    }
    return group;
  }

 private:
  std::vector<std::int32_t> codes_;
  std::vector<std::int32_t> group_;
  Groups* groups_;
};

// Positions group by group, in their old order within each.
void sort_rows(const std::vector<std::int32_t>& group_of, Groups& groups) {
  groups.offsets.assign(groups.first_row.size() + 1, 0);
  bool in_order = true;
  std::int32_t before = 0;
  for (const std::int32_t group : group_of) {
    in_order &= group >= before;
    before = std::max(before, group);
    if (group >= 0) ++groups.offsets[static_cast<std::size_t>(group) + 1];
  }
  for (std::size_t g = 1; g < groups.offsets.size(); ++g)
    groups.offsets[g] += groups.offsets[g - 1];
  if (in_order) return;
  groups.order.resize(z(groups.offsets.back()));
  std::vector<index_t> next(groups.offsets.begin(), groups.offsets.end() - 1);
  for (std::size_t i = 0; i < group_of.size(); ++i) {
    if (group_of[i] >= 0)
      groups.order[z(next[static_cast<std::size_t>(group_of[i])]++)] = static_cast<index_t>(i);
  }
}

}  // namespace

std::string Keys::at(index_t row) const {
  if (is_text) return std::string(text[row]);
  Digits digits;
  return std::string(shortest(numbers[z(row)], digits));
}

std::string Groups::label(index_t group) const {
  std::string out;
  for (const Keys& key : keys) out += (out.empty() ? "" : "/") + key.at(first_row[z(group)]);
  return out;
}

std::vector<std::string> key_names(const std::string& by) {
  std::vector<std::string> names;
  if (by.empty()) return names;
  for (const Assignment& item : parse_assignments({by}, "--by")) {
    if (item.value)
      throw InputError("--by", "--by: write the names of columns: --by well or --by plate,well");
    if (std::find(names.begin(), names.end(), item.name) != names.end())
      throw InputError("--by", fmt::format("--by: '{}' is given twice", item.name));
    names.push_back(item.name);
  }
  return names;
}

std::vector<index_t> find_keys(const std::string& by, const ColumnSet& columns,
                               std::vector<std::string>& notes) {
  std::vector<index_t> found;
  for (const std::string& name : key_names(by)) {
    try {
      found.push_back(columns.require(name, "--by", notes));
    } catch (const InputError& error) {
      // Data taken for a header is the likely reason.
      std::string message = error.what();
      for (const std::string& note : columns.table().notes()) {
        if (note.find("header") != std::string::npos) message += "; " + note;
      }
      throw InputError("--by", message);
    }
    if (std::count(found.begin(), found.end(), found.back()) > 1)
      throw InputError("--by", fmt::format("--by: '{}' is given twice", name));
  }
  return found;
}

std::vector<Keys> keys_of(const ColumnSet& columns, const std::vector<index_t>& at) {
  std::vector<Keys> keys;
  for (const index_t column : at) {
    Keys& key = keys.emplace_back();
    key.name = columns.name(column);
    key.is_text = !columns.is_numeric(column);
    if (key.is_text)
      key.text = columns.table().text(column);
    else
      key.numbers = columns.values(column);
  }
  return keys;
}

Groups make_groups(const LoadedData& loaded, bool omit_missing) {
  Groups groups;
  groups.keys = keys_of(*loaded.columns, loaded.keys);
  Numbering numbering(combined_codes(groups.keys, loaded.columns->rows()), groups);
  std::vector<std::int32_t> group_of(z(loaded.n_rows));
  std::size_t incomplete = 0;
  const auto number = [&](index_t row) {
    const std::int32_t group = numbering.of(row);
    if (group == kNone && !omit_missing) refuse_missing_key(loaded, groups.keys, row);
    groups.without_key += group == kNone ? 1 : 0;
    return group;
  };
  const auto count_incomplete_before = [&](index_t row) {
    const auto& rows = loaded.incomplete_rows;
    for (; incomplete < rows.size() && rows[incomplete] < row; ++incomplete) {
      const std::int32_t group = number(rows[incomplete]);
      if (group != kNone) ++groups.omitted[static_cast<std::size_t>(group)];
    }
  };
  for (index_t i = 0; i < loaded.n_rows; ++i) {
    const index_t row = loaded.rows.empty() ? i : loaded.rows[z(i)];
    count_incomplete_before(row);
    group_of[z(i)] = number(row);
  }
  count_incomplete_before(loaded.columns->rows());
  if (groups.count() == 0)
    throw InputError("--by", fmt::format("--by: no row has {}",
                                         groups.keys.size() == 1 ? "a key" : "all its keys"));
  sort_rows(group_of, groups);
  return groups;
}

}  // namespace nlsq::command
