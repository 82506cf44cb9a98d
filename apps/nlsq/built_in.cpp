// SPDX-License-Identifier: MIT
// Columns, bounds and starts of a built-in model.
#include "built_in.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "messages.hpp"
#include "names.hpp"
#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"

namespace nlsq::command {
namespace {

constexpr std::size_t kWidth = 100;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool contains(const std::vector<index_t>& all, index_t one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// The column that comes first would be x, if its text could be read as numbers.
[[noreturn]] void refuse_to_pass_over(const ColumnSet& columns, index_t text, index_t next) {
  try {
    static_cast<void>(columns.values(text));
  } catch (const InputError& error) {
    const std::string& name = columns.name(next);
    throw InputError(
        "--model", fmt::format("{} (to fit against '{}' instead, write --x {})", error.what(), name,
                               is_plain_name(name) ? name : "'" + name + "'"));
  }
  throw InputError("--model", "--model: no column is left for x");
}

index_t note_row_number(std::vector<std::string>& notes) {
  notes.emplace_back("x is the number of the row, as there is no other column");
  return 1;
}

index_t find_x(const FitArguments& arguments, const ColumnSet& columns, index_t sigma_column,
               const std::vector<index_t>& keys, std::vector<std::string>& notes) {
  if (!arguments.x.empty()) return columns.require(arguments.x, "--x", notes);
  std::vector<std::string> ignored, about_x;
  const index_t response = columns.find_meant(arguments.y.empty() ? "y" : arguments.y, ignored);
  const index_t x = columns.find_meant("x", about_x);
  const auto is_free = [&](index_t c) {
    return c >= 0 && c != response && c != sigma_column && columns.is_numeric(c) &&
           std::find(keys.begin(), keys.end(), c) == keys.end();
  };
  if (is_free(x)) {
    notes.insert(notes.end(), about_x.begin(), about_x.end());
    return x;
  }
  // A column alone is fitted against the number of the row.
  if (columns.table().names().size() == 1 && columns.names().size() > 1 && x < 0 &&
      columns.is_row_number(1))
    return note_row_number(notes);
  if (x >= 0 && !columns.is_numeric(x)) static_cast<void>(columns.values(x));
  index_t text = -1;
  for (index_t c = 0; c < static_cast<index_t>(columns.names().size()); ++c) {
    const TextKind kind = columns.text_kind(c);
    const bool could_be_x = kind == TextKind::numbers || kind == TextKind::dates;
    if (text < 0 && could_be_x && c != response && c != sigma_column && !contains(keys, c))
      text = c;
    if (!is_free(c)) continue;
    if (text >= 0) refuse_to_pass_over(columns, text, c);
    notes.push_back(fmt::format("x is the column '{}'", columns.name(c)));
    return c;
  }
  if (text >= 0) static_cast<void>(columns.values(text));
  throw InputError("--model", fmt::format("--model: no column is left for x; the columns are {}",
                                          quoted_list(columns.names())));
}

// Nothing when the name of the column means something else in the formula.
std::optional<Model> parsed_on(const BuiltInModel& built_in, const std::string& column) {
  if (column == "pi") return std::nullopt;
  try {
    Model model = Model::parse(formula_of(built_in, column), {column});
    if (model.parameters() != built_in.parameters) return std::nullopt;
    return model;
  } catch (const FormulaError&) {
    return std::nullopt;
  }
}

void add_bounds(LoadedData& loaded, FitOptions& options) {
  const BuiltInModel& built_in = *loaded.built_in;
  std::vector<std::string> left_out;
  for (std::size_t i = 0; i < built_in.parameters.size(); ++i) {
    const std::string& name = built_in.parameters[i];
    const ParameterBounds& b = built_in.bounds[i];
    const bool is_bounded = std::isfinite(b.lower) || std::isfinite(b.upper);
    if (!is_bounded || options.bounds.contains(name) || options.fixed.contains(name)) continue;
    if (!takes_bounds(options.method))
      left_out.push_back(name);
    else
      options.bounds[name] = {b.lower, b.upper};
  }
  if (left_out.empty()) return;
  loaded.notes.push_back(fmt::format("method {} knows no bounds: those of {} are left out",
                                     to_string(options.method), quoted_list(left_out)));
}

// Runs of rows at equal distances, of a file that is read in pieces.
void some_rows(const RowSource& rows, const std::vector<index_t>& columns, std::vector<double>& x,
               std::vector<double>& y) {
  constexpr index_t kRuns = 4096, kRun = 8;
  std::vector<index_t> firsts;
  const index_t runs = std::min(kRuns, rows.rows() / kRun);
  for (index_t i = 0; i < runs; ++i)
    firsts.push_back(i * (rows.rows() - kRun) / std::max<index_t>(runs - 1, 1));
  const bool is_short = runs < kRuns;
  const auto count = static_cast<std::size_t>(is_short ? rows.rows() : runs * kRun);
  x.resize(count);
  y.resize(count);
  void* const to[] = {x.data(), y.data()};
  if (is_short) {
    rows.read(0, rows.rows(), columns, to);
  } else {
    rows.gather(firsts, kRun, columns, to);
  }
}

// Rows of infinite sigma take no part in the fit, so they have no say here either.
std::vector<double> starts_of(const LoadedData& loaded) {
  const Dataset::Response& response = loaded.data.responses().front();
  const Values& column = loaded.data.columns().front().values;
  std::vector<double> x, y;
  if (loaded.streamed) {
    some_rows(*loaded.streamed, {column.of_source()->index, response.y.of_source()->index}, x, y);
    return start_values(*loaded.built_in, x, y);
  }
  for (index_t i = 0; i < response.y.size; ++i) {
    if (response.sigma.size > 0 && std::isinf(response.sigma[i])) continue;
    x.push_back(column[i]);
    y.push_back(response.y[i]);
  }
  return start_values(*loaded.built_in, x, y);
}

// What stands between the + of a text.
std::vector<std::string> terms_of(const std::string& text) {
  std::vector<std::string> terms(1);
  for (const char c : text) {
    if (c == '+')
      terms.emplace_back();
    else if (c != ' ' || !terms.back().empty())
      terms.back() += c;
  }
  for (std::string& term : terms) term.erase(term.find_last_not_of(' ') + 1);
  return terms;
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const BuiltInModel& model : built_in_models()) names.push_back(model.name);
  return names;
}

}  // namespace

const BuiltInModel* named_model(const std::string& text, const ColumnSet& columns) {
  std::vector<std::string> ignored;
  if (columns.find(text, ignored) >= 0) return nullptr;
  // A sum with a column in it is a formula.
  for (const std::string& term : terms_of(text))
    if (columns.find(term, ignored) >= 0) return nullptr;
  if (const BuiltInModel* model = find_built_in_model(text)) return model;
  if (text == "polynomial" ||
      (text.starts_with("polynomial(") && text.find(')') + 1 == text.size())) {
    throw InputError(
        "--model",
        fmt::format(
            "--model: the degree in polynomial(N) is a whole number from 0 to {}; found '{}'",
            kMostDegree, text));
  }
  return nullptr;
}

Model model_on_columns(const BuiltInModel& built_in, const FitArguments& arguments,
                       ColumnSet& columns, index_t sigma_column, const std::vector<index_t>& keys,
                       std::vector<std::string>& notes) {
  const std::string name = columns.name(find_x(arguments, columns, sigma_column, keys, notes));
  if (std::optional<Model> model = parsed_on(built_in, name)) return *model;
  std::string other = "x";
  while (contains(columns.names(), other)) other += "_";
  columns.add(fmt::format("{} = `{}`", other, name), notes);
  return Model::parse(formula_of(built_in, other), {other});
}

void add_built_in_bounds(LoadedData& loaded, FitOptions& options) {
  if (loaded.built_in) add_bounds(loaded, options);
}

std::vector<std::string> estimated_parameters(const BuiltInModel& model,
                                              const FitOptions& options) {
  std::vector<std::string> names;
  if (!options.p0.empty() || !model.components.empty()) return names;
  for (const std::string& name : model.parameters) {
    const auto fixed = options.fixed.find(name);
    const bool is_given = fixed != options.fixed.end() && fixed->second;
    if (!is_given && !options.start.contains(name)) names.push_back(name);
  }
  return names;
}

void add_built_in_defaults(LoadedData& loaded, FitOptions& options) {
  if (!loaded.built_in) return;  // the library searches for starts of a formula
  add_built_in_bounds(loaded, options);
  // Starts of sums are searched for by the library as well.
  if (!options.p0.empty() || !loaded.built_in->components.empty()) return;
  const std::vector<std::string>& names = loaded.built_in->parameters;
  const std::vector<double> starts = starts_of(loaded);
  const std::vector<std::string> estimated = estimated_parameters(*loaded.built_in, options);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!contains(estimated, names[i])) continue;
    const auto bounds = options.bounds.find(names[i]);
    double start = starts[i];
    // Bounds that contradict each other are reported by the fit.
    if (bounds != options.bounds.end())
      start = std::max(std::min(start, bounds->second.upper), bounds->second.lower);
    options.start[names[i]] = start;
    loaded.estimated.push_back(names[i]);
  }
}

std::string about_estimated_starts(const LoadedData& loaded, const FitOptions& options) {
  if (loaded.estimated.empty()) return "";
  std::string out = "Start values estimated from the data:";
  std::size_t width = out.size();
  for (const std::string& name : loaded.estimated) {
    const std::string item = fmt::format(" {} = {:.4g}{}", name, options.start.at(name),
                                         name == loaded.estimated.back() ? "." : ",");
    if (width + item.size() > kWidth) {
      out += "\n ";
      width = 1;
    }
    out += item;
    width += item.size();
  }
  return out + "\n";
}

std::string model_meant(const Model& model) {
  const std::vector<std::string>& parameters = model.parameters();
  const auto is_model = [](const std::string& name) {
    return find_built_in_model(name) != nullptr;
  };
  if (parameters.size() > 1 && std::ranges::any_of(parameters, is_model)) {
    std::string unknown;
    for (const std::string& name : parameters) {
      if (!is_model(name))
        unknown += fmt::format("{}'{}'{}", unknown.empty() ? "" : ", ", name,
                               did_you_mean(name, model_names()));
    }
    return "; a sum of built-in models has nothing else in it" +
           (unknown.empty() ? "" : ", and there is no model " + unknown);
  }
  if (parameters.size() != 1) return "";
  const std::string& name = model.parameters().front();
  if (const BuiltInModel* meant = find_built_in_model(name))
    return fmt::format("; for the built-in model write --model {} and --y NAME", meant->name);
  const std::string near = nearest_name(name, model_names());
  return near.empty() ? "" : fmt::format("; was the built-in model '{}' meant?", near);
}

}  // namespace nlsq::command
