// SPDX-License-Identifier: MIT
// Selects rows. The usual file is complete, so one cheap pass decides that first.
#include "rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

bool is_true(double condition) { return condition != 0.0 && !std::isnan(condition); }

bool all_finite(std::span<const double> values) {
  bool finite = true;
  for (const double v : values) finite &= (v - v == 0.0);
  return finite;
}

[[noreturn]] void refuse(const ColumnSet& columns, index_t row, const std::string& what) {
  throw InputError("data", columns.place(row) + ": " + what);
}

// The first row may be one of units, most of them empty.
std::string about_first_row(const ColumnSet& columns, index_t row) {
  if (row > 0 || columns.table().rows() < 2 || !columns.table().has_header()) return "";
  for (index_t c = 0; c < static_cast<index_t>(columns.table().names().size()); ++c) {
    if (columns.is_numeric(c) && !std::isnan(columns.values(c)[0])) return "";
  }
  return ", or, if it is a row of units, with --skip-after-header 1";
}

bool is_marked(const RowRules& rules, index_t row) {
  const auto marked = [&](std::span<const double> values) {
    return !values.empty() && is_marked_missing(values[z(row)]);
  };
  return marked(rules.sigma) ||
         std::any_of(rules.columns.begin(), rules.columns.end(),
                     [&](const RowRules::Column& column) { return marked(column.values); });
}

// True when the row is complete. Throws when it is not and rows are not to be omitted.
bool is_complete(const ColumnSet& columns, const RowRules& rules, index_t row) {
  for (const RowRules::Column& column : rules.columns) {
    const double value = column.values[z(row)];
    if (std::isfinite(value)) continue;
    if (rules.omit_missing) return false;
    refuse(columns, row,
           fmt::format("{} is {}; leave such rows out with --missing omit{}", column.name,
                       std::isnan(value) ? "missing or not a number" : "infinite",
                       about_first_row(columns, row)));
  }
  if (rules.sigma.empty()) return true;
  const double sigma = rules.sigma[z(row)];
  if (sigma > 0.0) return true;
  if (std::isnan(sigma)) {
    if (rules.omit_missing) return false;
    refuse(columns, row,
           fmt::format(
               "sigma '{}' is missing or not a number; leave such rows out with --missing omit",
               rules.sigma_name));
  }
  refuse(
      columns, row,
      fmt::format("sigma '{}' is {} ({}); it must be positive (an infinite one leaves the row out)",
                  rules.sigma_name, sigma == 0.0 ? "zero" : "negative", sigma));
}

bool needs_no_selection(const RowRules& rules) {
  const auto complete = [](const RowRules::Column& column) { return all_finite(column.values); };
  return rules.conditions.empty() &&
         std::all_of(rules.columns.begin(), rules.columns.end(), complete) &&
         std::all_of(rules.sigma.begin(), rules.sigma.end(), [](double s) { return s > 0.0; });
}

}  // namespace

Selection select_rows(const ColumnSet& columns, const RowRules& rules) {
  Selection selection;
  const index_t rows = columns.rows();
  if (rows == 0)
    throw InputError("data", columns.table().source() + ": the table has names but no rows");
  if (needs_no_selection(rules)) return selection;
  index_t wanted = 0;
  for (index_t row = 0; row < rows; ++row) {
    const auto holds = [&](const std::vector<double>& condition) {
      return is_true(condition[z(row)]);
    };
    if (!std::all_of(rules.conditions.begin(), rules.conditions.end(), holds)) continue;
    ++wanted;
    if (rules.omit_marked && is_marked(rules, row)) {
      if (selection.marked++ == 0) selection.first_marked = row;
      selection.incomplete.push_back(row);
      continue;
    }
    (is_complete(columns, rules, row) ? selection.rows : selection.incomplete).push_back(row);
  }
  selection.omitted = wanted - static_cast<index_t>(selection.rows.size());
  if (wanted == 0)
    throw InputError("--where", fmt::format("--where: none of the {} rows is kept", rows));
  if (selection.rows.empty()) {
    throw InputError("--missing",
                     fmt::format("--missing omit: none of the {} rows is complete", wanted));
  }
  selection.all = static_cast<index_t>(selection.rows.size()) == rows;
  if (selection.all) selection.rows.clear();
  return selection;
}

}  // namespace nlsq::command
