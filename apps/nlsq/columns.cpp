// SPDX-License-Identifier: MIT
// Lookup and evaluation of columns.
#include "columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"

namespace nlsq::command {
namespace {

bool equal_without_case(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

constexpr const char* kAboutText =
    "conditions and expressions compute with numbers; of text --by COLUMN makes a fit for each "
    "word, "
    "or filter the file first";

// Parses an expression of columns; the message of a fault names the option instead of "formula".
Model parse_expression(const std::string& text, const std::vector<std::string>& columns,
                       const std::string& option) {
  try {
    return Model::parse(text, columns);
  } catch (const FormulaError& error) {
    std::string message = error.what();
    if (message.starts_with("formula: ")) message.replace(0, 9, option + ": ");
    if (text.find_first_of("\"'") != std::string::npos)
      message += "\n(" + std::string(kAboutText) + ")";
    throw InputError(option, message);
  }
}

}  // namespace

ColumnSet::ColumnSet(Table table) : table_(std::move(table)), names_(table_.names()) {}

index_t ColumnSet::find(const std::string& name, std::vector<std::string>& notes) const {
  const auto exact = std::find(names_.begin(), names_.end(), name);
  if (exact != names_.end()) return exact - names_.begin();
  const auto same = [&](const std::string& other) { return equal_without_case(other, name); };
  const auto loose = std::find_if(names_.begin(), names_.end(), same);
  if (loose == names_.end() || std::any_of(loose + 1, names_.end(), same)) return -1;
  notes.push_back(fmt::format("'{}' is read as the column '{}'", name, *loose));
  return loose - names_.begin();
}

index_t ColumnSet::require(const std::string& name, const std::string& option,
                           std::vector<std::string>& notes) const {
  const index_t found = find(name, notes);
  if (found >= 0) return found;
  throw InputError(
      option, fmt::format("{}: {} has no column named '{}'{}; its columns are {}", option,
                          table_.source(), name, did_you_mean(name, names_), quoted_list(names_)));
}

bool ColumnSet::is_numeric(index_t column) const {
  return column >= static_cast<index_t>(table_.names().size()) || !table_.is_text(column);
}

TextKind ColumnSet::text_kind(index_t column) const {
  return is_numeric(column) ? TextKind::none : table_.text_kind(column);
}

std::span<const double> ColumnSet::values(index_t column) const {
  const auto from_file = static_cast<index_t>(table_.names().size());
  if (column < from_file) return table_.values(column);
  return computed_[static_cast<std::size_t>(column - from_file)];
}

std::vector<double> ColumnSet::evaluate(const std::string& expression, const std::string& option,
                                        std::vector<std::string>& notes) const {
  const Model model = parse_expression(expression, names_, option);
  if (!model.response().empty()) {
    throw InputError(
        option,
        fmt::format("{}: expected an expression of columns, found '{} = …' (compare with '==')",
                    option, model.response()));
  }
  notes.insert(notes.end(), model.notes().begin(), model.notes().end());
  return evaluate_model(model, option);
}

std::vector<double> ColumnSet::evaluate_model(const Model& model, const std::string& option) const {
  if (!model.parameters().empty()) {
    const std::string& name = model.parameters().front();
    const bool uses_text =
        std::any_of(model.columns().begin(), model.columns().end(), [&](const std::string& column) {
          std::vector<std::string> ignored;
          const index_t at = find(column, ignored);
          return at >= 0 && !is_numeric(at);
        });
    throw InputError(
        option, fmt::format("{}: no column named '{}'{} in '{}'; the columns are {}", option, name,
                            did_you_mean(name, names_), model.formula(), quoted_list(names_)) +
                    (uses_text ? fmt::format(" ({})", kAboutText) : ""));
  }
  Dataset data;
  std::vector<std::string> ignored;
  for (const std::string& name : model.columns())
    data.column(name, values(require(name, option, ignored)));
  // An expression without columns has one value for all rows.
  if (model.columns().empty())
    return std::vector<double>(static_cast<std::size_t>(rows()), constant_value(model));
  return nlsq::evaluate(model, data, {});
}

double ColumnSet::constant_value(const Model& model) {
  const std::vector<double> one{0.0};
  Dataset data;
  data.column("any", one);
  return nlsq::evaluate(model, data, {}).front();
}

void ColumnSet::add(const std::string& definition, std::vector<std::string>& notes) {
  const std::string option = "--expr";
  const Model model = parse_expression(definition, names_, option);
  const std::string& name = model.response();
  if (name.empty()) {
    throw InputError(option,
                     fmt::format("{}: write NAME=EXPRESSION, found '{}'", option, definition));
  }
  if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
    throw InputError(option, fmt::format("{}: there is a column '{}' already; choose another name",
                                         option, name));
  }
  notes.insert(notes.end(), model.notes().begin(), model.notes().end());
  computed_.push_back(evaluate_model(model, option));
  names_.push_back(name);
}

std::string ColumnSet::place(index_t row) const {
  const index_t line = table_.line(row);
  return line > 0 ? fmt::format("{}:{}", table_.source(), line)
                  : fmt::format("{}: row {}", table_.source(), row + 1);
}

}  // namespace nlsq::command
