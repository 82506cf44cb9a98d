// SPDX-License-Identifier: MIT
#include "fitted_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "assignments.hpp"
#include "mapped_table.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"
#include "own_names.hpp"
#include "read_options.hpp"

namespace nlsq::command {
namespace {

constexpr double kMostPlaces = 1e7;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

void add_column(ResultTable& table, std::string name, std::vector<double> numbers) {
  ResultColumn& column = table.columns.emplace_back();
  column.name = std::move(name);
  column.numbers = std::move(numbers);
}

// The fit's standard errors and the ends of its confidence intervals.
void add_band(ResultTable& table, OwnNames& own, const std::vector<double>& fit,
              std::vector<double> errors, double factor) {
  std::vector<double> lower, upper;
  for (std::size_t i = 0; i < fit.size(); ++i) {
    const double half = factor > 0.0 ? factor * errors[i] : NAN;
    lower.push_back(fit[i] - half);
    upper.push_back(fit[i] + half);
  }
  add_column(table, own("fit_stderr"), std::move(errors));
  add_column(table, own("fit_lower"), std::move(lower));
  add_column(table, own("fit_upper"), std::move(upper));
}

std::vector<double> values_of(const Values& values) {
  std::vector<double> out;
  out.reserve(z(values.size));
  for (index_t i = 0; i < values.size; ++i) out.push_back(values[i]);
  return out;
}

// The columns of a model; an index of groups as their labels.
void add_columns(ResultTable& table, const Dataset& data) {
  for (const Dataset::Column& column : data.columns()) {
    std::vector<double> values = values_of(column.values);
    const std::vector<std::string>* const labels = data.labels_of(column.name);
    add_column(table, column.name, {});
    ResultColumn& added = table.columns.back();
    if (labels == nullptr) {
      added.numbers = std::move(values);
      continue;
    }
    added.kind = ResultColumn::Kind::text;
    added.words = *labels;
    for (const double value : values) added.codes.push_back(static_cast<std::int32_t>(value));
  }
}

// The groups that were fitted, by the labels that a column of another table has.
std::vector<double> codes_of_labels(const ColumnSet& columns, index_t column,
                                    const std::vector<std::string>& labels) {
  const Table& table = columns.table();
  const bool is_text = table.is_text(column);
  std::vector<double> codes;
  for (index_t row = 0; row < columns.rows(); ++row) {
    const std::string own = is_text ? std::string(table.text(column)[row])
                                    : fmt::format("{}", columns.values(column)[z(row)]);
    const auto known = std::ranges::find(labels, own);
    if (known == labels.end()) {
      throw InputError("--predict",
                       fmt::format("--predict: {}: there is no group '{}' among those fitted: {}",
                                   columns.place(row), printable(own), quoted_list(labels)));
    }
    codes.push_back(static_cast<double>(known - labels.begin()));
  }
  return codes;
}

// Times where the data have numbers, or the other way round.
void refuse_other_clock(const std::vector<Clock>& fitted, const ColumnSet& columns, index_t column,
                        const std::string& name) {
  const auto has = [](const std::vector<Clock>& clocks, const std::string& of) {
    return std::ranges::find(clocks, of, &Clock::column) != clocks.end();
  };
  const bool are_times = has(columns.table().clocks(), columns.name(column));
  if (are_times == has(fitted, name)) return;
  throw InputError("--predict",
                   fmt::format("--predict: {} holds {} in column '{}', where the data "
                               "have {}",
                               columns.table().source(), are_times ? "times" : "numbers", name,
                               are_times ? "numbers" : "times"));
}

// Three numbers between colons, or nothing.
std::optional<std::array<double, 3>> grid_of(const std::string& text) {
  std::array<double, 3> numbers{};
  std::istringstream parts(text);
  std::string part;
  std::size_t count = 0;
  while (std::getline(parts, part, ':')) {
    const std::optional<double> number = as_number(part);
    if (!number || count == numbers.size()) return std::nullopt;
    numbers[count++] = *number;
  }
  if (count != numbers.size() || text.ends_with(':')) return std::nullopt;
  return numbers;
}

std::vector<double> places_of(const std::array<double, 3>& grid) {
  const auto [from, to, step] = grid;
  const double count = std::floor((to - from) / step * (1.0 + 1e-12) + 1e-9) + 1.0;
  if (!std::isfinite(count) || !(step != 0.0) || count < 1.0) {
    throw InputError("--predict", fmt::format("--predict: steps of {} do not lead from {} to {}",
                                              step, from, to));
  }
  if (count > kMostPlaces) {
    throw InputError("--predict", fmt::format("--predict: {:.0f} places are too many; the most are "
                                              "{:.0f}",
                                              count, kMostPlaces));
  }
  std::vector<double> places;
  for (index_t i = 0; i < static_cast<index_t>(count); ++i) {
    // 0.3 rather than 3 steps of 0.1, which are 0.30000000000000004.
    const std::string digits = fmt::format("{:.15g}", from + static_cast<double>(i) * step);
    places.push_back(std::strtod(digits.c_str(), nullptr));
  }
  return places;
}

// Computed columns are computed there as well, if the model uses them.
void add_computed(const FitArguments& arguments, const Model& model, ColumnSet& columns,
                  std::vector<std::string>& notes) {
  for (const std::string& definition : arguments.expr) {
    std::string name = definition.substr(0, definition.find('='));
    name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
    const std::vector<std::string>& used = model.columns();
    const std::vector<std::string>& known = columns.names();
    if (std::find(used.begin(), used.end(), name) == used.end()) continue;
    if (std::find(known.begin(), known.end(), name) == known.end()) columns.add(definition, notes);
  }
}

}  // namespace

double confidence_factor(const FitResult& result, double level) {
  const auto intervals = result.intervals(level);
  for (std::size_t i = 0; i < result.names.size(); ++i) {
    const double error = result.perr[i];
    if (error > 0.0 && std::isfinite(error)) return (intervals[i].second - result.popt[i]) / error;
  }
  return 0.0;
}

bool is_grid(const std::string& places) { return grid_of(places).has_value(); }

ResultTable fitted_table(const FitResult& result, LoadedData& loaded, double level) {
  std::vector<std::string> theirs = loaded.model->columns();
  theirs.push_back(loaded.response);
  OwnNames own(theirs, loaded.notes);
  ResultTable table;
  table.rows = loaded.n_rows;
  add_columns(table, loaded.data);
  const Dataset::Response& response = loaded.data.responses().front();
  add_column(table, loaded.response, values_of(response.y));
  if (response.sigma.size > 0) {
    add_column(table, own("sigma"), values_of(response.sigma));
  } else if (response.sigma_number > 0.0) {
    add_column(table, own("sigma"), std::vector<double>(z(table.rows), response.sigma_number));
  }
  const std::vector<double> fit = evaluate_at(*loaded.model, loaded.data, result);
  std::vector<double> residual = values_of(response.y);
  for (std::size_t i = 0; i < fit.size(); ++i) residual[i] -= fit[i];
  add_column(table, own("fit"), fit);
  add_column(table, own("residual"), std::move(residual));
  add_band(table, own, fit, standard_errors_of(*loaded.model, loaded.data, result),
           confidence_factor(result, level));
  return table;
}

Places::Places(const FitArguments& arguments, LoadedData& loaded) {
  const std::vector<std::string>& names = loaded.model->columns();
  if (const auto grid = grid_of(arguments.predict)) {
    if (names.size() != 1) {
      throw InputError("--predict",
                       fmt::format("--predict: FROM:TO:STEP is for a model of one column; this one "
                                   "has {}: give a file with these columns",
                                   quoted_list(names)));
    }
    data_.column(names.front(), grid_.emplace_back(places_of(*grid)));
    rows_ = static_cast<index_t>(grid_.back().size());
    return;
  }
  if (arguments.predict.find(':') != std::string::npos &&
      !std::filesystem::exists(arguments.predict)) {
    throw InputError("--predict", fmt::format("--predict: '{}' is neither FROM:TO:STEP, three "
                                              "numbers, nor a file",
                                              printable(arguments.predict)));
  }
  ReadOptions how = read_options(arguments);
  if (loaded.columns) how.clocks = loaded.columns->table().clocks();
  columns_ = std::make_unique<ColumnSet>(read_mapped_table(arguments.predict, how));
  rows_ = columns_->rows();
  for (const std::string& note : columns_->table().notes()) loaded.notes.push_back(note);
  add_computed(arguments, *loaded.model, *columns_, loaded.notes);
  for (const std::string& name : names) {
    const std::vector<std::string>* const labels = loaded.data.labels_of(name);
    const index_t column =
        columns_->require(labels == nullptr ? name : arguments.by, "--predict", loaded.notes);
    if (labels == nullptr) {
      refuse_other_clock(how.clocks, *columns_, column, name);
      data_.column(name, columns_->values(column));
      continue;
    }
    data_.column(name, grid_.emplace_back(codes_of_labels(*columns_, column, *labels)));
    data_.labels(name, *labels);
  }
}

ResultTable Places::table(const FitResult& result, LoadedData& loaded, double level) const {
  OwnNames own(loaded.model->columns(), loaded.notes);
  ResultTable table;
  table.rows = rows_;
  add_columns(table, data_);
  const std::vector<double> fit = evaluate_at(*loaded.model, data_, result);
  add_column(table, own("fit"), fit);
  add_band(table, own, fit, standard_errors_of(*loaded.model, data_, result),
           confidence_factor(result, level));
  return table;
}

}  // namespace nlsq::command
