// SPDX-License-Identifier: MIT
// Access to the columns of a table.
#include "nlsq/table.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <iterator>
#include <utility>

#include "data/header.hpp"
#include "data/number.hpp"
#include "data/table_impl.hpp"
#include "data/why_text.hpp"
#include "nlsq/error.hpp"

namespace nlsq {
namespace {

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

void check_position(index_t column, const std::vector<std::string>& names) {
  if (column >= 0 && column < static_cast<index_t>(names.size())) return;
  throw InputError("column", "there is no column at position " + std::to_string(column) +
                                 "; the table has " +
                                 data::counted(static_cast<index_t>(names.size()), "column"));
}

}  // namespace

Table::Table() : impl_(std::make_unique<Impl>()) {}
Table::Table(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Table::~Table() = default;
Table::Table(Table&&) noexcept = default;
Table& Table::operator=(Table&&) noexcept = default;

index_t Table::rows() const { return impl_->rows; }
const std::vector<std::string>& Table::names() const { return impl_->names; }
const std::vector<Clock>& Table::clocks() const { return impl_->clocks; }
const std::string& Table::source() const { return impl_->source; }
bool Table::has_header() const { return impl_->header_line > 0; }
const std::vector<std::string>& Table::notes() const { return impl_->notes; }

void Table::add_note(const std::string& note) { impl_->notes.push_back(note); }

index_t Table::find(std::string_view name) const {
  const auto& names = impl_->names;
  const auto exact = std::find(names.begin(), names.end(), name);
  if (exact != names.end()) return exact - names.begin();
  const auto same = [&](const std::string& other) { return equal_without_case(other, name); };
  const auto loose = std::find_if(names.begin(), names.end(), same);
  if (loose == names.end() || std::any_of(loose + 1, names.end(), same)) return -1;
  return loose - names.begin();
}

const std::string& Table::unit(index_t column) const {
  check_position(column, impl_->names);
  static const std::string kNone;
  const auto at = static_cast<std::size_t>(column);
  return at < impl_->units.size() ? impl_->units[at] : kNone;
}

bool Table::is_text(index_t column) const {
  check_position(column, impl_->names);
  return !impl_->text.empty() && impl_->text[static_cast<std::size_t>(column)].found;
}

std::span<const double> Table::values(index_t column) const {
  if (!is_text(column))
    return {impl_->storage.column(column), static_cast<std::size_t>(impl_->rows)};
  const auto& sample = impl_->text[static_cast<std::size_t>(column)];
  throw DataError(impl_->source, sample.line,
                  "column '" + impl_->names[static_cast<std::size_t>(column)] + "' holds " +
                      data::about_text(*impl_, column));
}

TextKind Table::text_kind(index_t column) const {
  if (!is_text(column)) return TextKind::none;
  return data::kind_of_text(*impl_, column);
}

TextColumn Table::text(index_t column) const {
  const auto at = static_cast<std::size_t>(column);
  if (is_text(column) && at < impl_->kept.size() && !impl_->kept[at].codes.empty())
    return {impl_->kept[at].words, impl_->kept[at].codes};
  throw InputError("column", "the text of column '" + impl_->names[at] + "' of " + impl_->source +
                                 (is_text(column) ? " was not kept" : ": it holds numbers"));
}

index_t Table::line(index_t row) const { return impl_->line(row); }

index_t Table::Impl::line(index_t row) const {
  if (first_line == 0 || row < 0 || row >= rows) return 0;
  const auto after =
      std::upper_bound(shifts.begin(), shifts.end(), row,
                       [](index_t r, const data::LineShift& shift) { return r < shift.row; });
  return first_line + row + (after == shifts.begin() ? 0 : std::prev(after)->offset);
}

namespace data {

void finish_table(Table::Impl& table, std::vector<std::string> found, index_t columns,
                  const ReadOptions& options, const std::string& fallback_note) {
  if (!options.columns.empty()) {
    table.names = checked_names(options.columns, columns, table.source);
  } else if (!found.empty()) {
    table.names = std::move(found);
    complete_names(table.names, table.notes);
  } else {
    table.names = default_names(columns);
    // Labels are neither x nor y.
    const auto is_label = [](const TextSample& sample) { return sample.found; };
    const auto first = table.text.begin();
    if (columns > 1 && table.text.size() > 1 && std::any_of(first, first + 2, is_label)) {
      for (index_t j = 0; j < columns; ++j)
        table.names[static_cast<std::size_t>(j)] = "c" + std::to_string(j + 1);
    }
    table.notes.push_back(fallback_note + ": " +
                          (columns == 1 ? "the column is named " : "the columns are named ") +
                          listed(table.names));
  }
  table.storage.fill_padding(columns, table.rows);
}

}  // namespace data
}  // namespace nlsq
