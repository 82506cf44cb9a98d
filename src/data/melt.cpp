// SPDX-License-Identifier: MIT
// Row by row, so that lines go up.
#include "data/melt.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/nearest.hpp"
#include "data/number.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

bool is_text(const Table::Impl& table, index_t column) {
  return z(column) < table.text.size() && table.text[z(column)].found;
}

struct Value {
  index_t row, column;
};

std::vector<Value> values_of(const Table::Impl& wide, const std::vector<index_t>& columns) {
  std::vector<Value> values;
  for (index_t row = 0; row < wide.rows; ++row) {
    for (const index_t j : columns) {
      if (!std::isnan(wide.storage.column(j)[row])) values.push_back({row, j});
    }
  }
  return values;
}

void make_text(Table::Impl& table, std::size_t column, std::vector<std::string> words,
               std::vector<std::int32_t> codes) {
  table.text.resize(3);
  table.kept.resize(3);
  TextSample& sample = table.text[column];
  sample.found = true;
  sample.line = table.first_line;
  sample.text = words[z(codes.front())];
  sample.count = table.rows;
  table.kept[column] = {std::move(words), std::move(codes)};
}

void set_lines(const Table::Impl& wide, const std::vector<Value>& values, Table::Impl& table) {
  table.first_line = wide.line(values.front().row);
  index_t offset = 0;
  for (index_t i = 0; i < table.rows; ++i) {
    const index_t shift = wide.line(values[z(i)].row) - table.first_line - i;
    if (shift != offset) table.shifts.push_back({i, shift});
    offset = shift;
  }
}

void set_labels(const Table::Impl& wide, const std::vector<Value>& values, Table::Impl& table) {
  if (!is_text(wide, 0)) {
    for (index_t i = 0; i < table.rows; ++i)
      table.storage.column(0)[i] = wide.storage.column(0)[values[z(i)].row];
    return;
  }
  std::vector<std::int32_t> codes;
  for (const Value& value : values) codes.push_back(wide.kept[0].codes[z(value.row)]);
  make_text(table, 0, wide.kept[0].words, std::move(codes));
}

void set_columns(const Table::Impl& wide, const std::vector<Value>& values, Table::Impl& table) {
  std::vector<double> numbers(wide.names.size(), NAN);
  bool all_numbers = true;
  for (const Value& value : values) {
    double& number = numbers[z(value.column)];
    all_numbers &= classify(wide.names[z(value.column)], '.', number) == FieldKind::number;
  }
  if (all_numbers) {
    for (index_t i = 0; i < table.rows; ++i)
      table.storage.column(1)[i] = numbers[z(values[z(i)].column)];
    return;
  }
  std::vector<std::int32_t> codes;
  for (const Value& value : values) codes.push_back(static_cast<std::int32_t>(value.column));
  make_text(table, 1, wide.names, std::move(codes));
}

index_t position_of(const Table::Impl& wide, const std::string& name) {
  const auto found = std::find(wide.names.begin(), wide.names.end(), name);
  if (found != wide.names.end()) return found - wide.names.begin();
  throw DataError(wide.source, 0,
                  "there is no column '" + name + "'" + base::did_you_mean(name, wide.names) +
                      "; the columns are " + base::quoted_list(wide.names));
}

}  // namespace

std::unique_ptr<Table::Impl> melted(const Table::Impl& wide, const ReadOptions& options) {
  std::vector<index_t> columns;
  index_t from = 1, to = static_cast<index_t>(wide.names.size()) - 1;
  if (!options.melt_from.empty()) from = position_of(wide, options.melt_from);
  if (!options.melt_to.empty()) to = position_of(wide, options.melt_to);
  if (from > to) std::swap(from, to);
  for (index_t j = std::max<index_t>(from, 1); j <= to; ++j) {
    if (!is_text(wide, j)) columns.push_back(j);
  }
  const std::vector<Value> values = values_of(wide, columns);
  if (values.empty())
    throw DataError(wide.source, 0, "--melt: no column of numbers stands beside the first column");
  auto table = std::make_unique<Table::Impl>();
  table->rows = static_cast<index_t>(values.size());
  table->source = wide.source;
  table->notes = wide.notes;
  table->header_line = wide.header_line;
  table->storage = Storage(3, table->rows);
  const bool has_name = !wide.names[0].empty() && wide.names[0] != "c1";
  table->names = {has_name ? wide.names[0] : "row", "column", "y"};
  for (std::size_t j = 1; j < 3; ++j) {
    while (table->names[j] == table->names[0]) table->names[j] += "_";
  }
  set_lines(wide, values, *table);
  for (index_t i = 0; i < table->rows; ++i)
    table->storage.column(2)[i] = wide.storage.column(values[z(i)].column)[values[z(i)].row];
  set_labels(wide, values, *table);
  set_columns(wide, values, *table);
  if (!wide.units.empty()) table->units = {wide.units[0], "", ""};
  table->storage.fill_padding(3, table->rows);
  table->notes.push_back("the values of " + std::to_string(columns.size()) +
                         " columns are one column 'y' of " + std::to_string(table->rows) +
                         " rows, beside '" + table->names[0] + "' and 'column'");
  return table;
}

}  // namespace nlsq::data
