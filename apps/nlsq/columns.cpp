// SPDX-License-Identifier: MIT
// Lookup and evaluation of columns.
#include "columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numeric>
#include <utility>

#include "column_names.hpp"
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
    "conditions and expressions compute with numbers; text is compared in --where as NAME == "
    "\"text\" or NAME != \"text\", and --by COLUMN makes a fit for each word";

// A value that comes of a word for a missing one is missing in the same way.
void mark_missing(const Dataset& data, std::vector<double>& result) {
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (!std::isnan(result[i])) continue;
    for (const Dataset::Column& column : data.columns()) {
      if (is_marked_missing(column.values[static_cast<index_t>(i)])) result[i] = marked_missing();
    }
  }
}

// Parses an expression of columns; the message of a fault names the option instead of "formula".
Model parse_expression(const std::string& text, const std::vector<std::string>& columns,
                       const std::string& option) {
  try {
    return Model::parse(text, columns);
  } catch (const FormulaError& error) {
    std::string message = error.what();
    if (message.starts_with("formula: ")) message.replace(0, 9, option + ": ");
    // Before the place that a caret points at.
    if (text.find_first_of("\"'") != std::string::npos)
      message.insert(std::min(message.find('\n'), message.size()), "; " + std::string(kAboutText));
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

index_t ColumnSet::find_meant(const std::string& name, std::vector<std::string>& notes) const {
  if (const index_t found = find(name, notes); found >= 0) return found;
  const index_t found = find_other_name(name, names_);
  if (found >= 0)
    notes.push_back(fmt::format("'{}' is read as the column '{}'", name, this->name(found)));
  return found;
}

index_t ColumnSet::require(const std::string& name, const std::string& option,
                           std::vector<std::string>& notes) const {
  const index_t found = find_meant(name, notes);
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
  // Comparisons with text are columns of their own, of 0 and 1.
  std::string text = expression;
  std::vector<std::vector<double>> conditions;
  std::vector<std::string> names = names_;
  std::vector<TextCondition> found = text_conditions(expression);
  for (auto condition = found.rbegin(); condition != found.rend(); ++condition) {
    const std::string name = fmt::format("{} {} \"{}\"", condition->column,
                                         condition->is_equal ? "==" : "!=", condition->text);
    if (name.find('`') != std::string::npos) continue;
    conditions.push_back(
        condition_values(condition->column, condition->text, condition->is_equal, option, notes));
    names.push_back(name);
    text.replace(condition->from, condition->to - condition->from, "`" + name + "`");
  }
  text = with_column_names(text, {&names, {}, false}, option, notes);
  const Model model = parse_expression(text, names, option);
  if (!model.response().empty()) {
    throw InputError(
        option,
        fmt::format("{}: expected an expression of columns, found '{} = …' (compare with '==')",
                    option, model.response()));
  }
  notes.insert(notes.end(), model.notes().begin(), model.notes().end());
  return evaluate_model(model, option, names, conditions);
}

std::vector<double> ColumnSet::condition_values(const std::string& column, const std::string& text,
                                                bool is_equal, const std::string& option,
                                                std::vector<std::string>& notes) const {
  const index_t at = require(column, option, notes);
  if (is_numeric(at)) {
    throw InputError(option,
                     fmt::format("{0}: the column '{1}' holds numbers; compare it with one, "
                                 "without quotes, found \"{2}\"",
                                 option, name(at), text));
  }
  const TextColumn words = table_.text(at);
  std::vector<double> holds(static_cast<std::size_t>(rows()));
  const auto word = std::find(words.words.begin(), words.words.end(), text);
  const auto code = static_cast<std::int32_t>(word - words.words.begin());
  for (std::size_t i = 0; i < holds.size(); ++i)
    holds[i] = (words.codes[i] == code) == is_equal ? 1.0 : 0.0;
  return holds;
}

std::vector<double> ColumnSet::evaluate_model(const Model& model, const std::string& option,
                                              const std::vector<std::string>& names,
                                              const std::vector<std::vector<double>>& more) const {
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
  for (const std::string& name : model.columns()) {
    const auto at = static_cast<std::size_t>(
        std::find(names.begin() + static_cast<std::ptrdiff_t>(names_.size()), names.end(), name) -
        names.begin());
    if (at < names.size())
      data.column(name, more[at - names_.size()]);
    else
      data.column(name, values(require(name, option, ignored)));
  }
  // An expression without columns has one value for all rows.
  if (model.columns().empty())
    return std::vector<double>(static_cast<std::size_t>(rows()), constant_value(model));
  std::vector<double> result = nlsq::evaluate(model, data, {});
  mark_missing(data, result);
  return result;
}

double ColumnSet::constant_value(const Model& model) {
  const std::vector<double> one{0.0};
  Dataset data;
  data.column("any", one);
  return nlsq::evaluate(model, data, {}).front();
}

void ColumnSet::add(const std::string& definition, std::vector<std::string>& notes) {
  const std::string option = "--expr";
  // The name on the left is new, the rest is of the file.
  const std::size_t equals = definition.find('=');
  const std::size_t from = equals == std::string::npos ? 0 : equals + 1;
  const std::string text =
      definition.substr(0, from) +
      with_column_names(definition.substr(from), {&names_, {}, false}, option, notes);
  const Model model = parse_expression(text, names_, option);
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
  computed_.push_back(evaluate_model(model, option, names_, {}));
  names_.push_back(name);
}

void ColumnSet::add_row_numbers() {
  std::vector<std::string> ignored;
  if (row_numbers_ >= 0 || find_meant("row", ignored) >= 0) return;
  std::vector<double>& numbers = computed_.emplace_back(static_cast<std::size_t>(rows()));
  std::iota(numbers.begin(), numbers.end(), 1.0);
  row_numbers_ = static_cast<index_t>(names_.size());
  names_.emplace_back("row");
}

std::string ColumnSet::label(const std::string& name) const {
  const index_t column = table_.find(name);
  if (column < 0 || table_.unit(column).empty()) return name;
  return fmt::format("{} ({})", name, table_.unit(column));
}

std::string ColumnSet::place(index_t row) const {
  const index_t line = table_.line(row);
  return line > 0 ? fmt::format("{}:{}", table_.source(), line)
                  : fmt::format("{}: row {}", table_.source(), row + 1);
}

}  // namespace nlsq::command
