// SPDX-License-Identifier: MIT
// Loads what `nlsq fit` fits.
#include "load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "assignments.hpp"
#include "built_in.hpp"
#include "column_names.hpp"
#include "groups.hpp"
#include "mapped_table.hpp"
#include "messages.hpp"
#include "names.hpp"
#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"
#include "ranks.hpp"
#include "read_options.hpp"
#include "rows.hpp"
#include "streamed.hpp"

namespace nlsq::command {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

template <class T>
bool contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// Notes of the library speak of its options; the command has its own names for them.
void add_notes(LoadedData& loaded, const std::vector<std::string>& notes) {
  for (const std::string& note : notes) {
    if (!contains(loaded.notes, note)) loaded.notes.push_back(note);
  }
}

index_t find_response(const FitArguments& arguments, LoadedData& loaded, index_t sigma_column) {
  const ColumnSet& columns = *loaded.columns;
  const Model& model = *loaded.model;
  if (!arguments.y.empty()) {
    const index_t column = columns.require(arguments.y, "--y", loaded.notes);
    if (!model.response().empty() && model.response() != columns.name(column)) {
      loaded.notes.push_back(
          fmt::format("--y {} is fitted; '{}' on the left of the formula is ignored", arguments.y,
                      model.response()));
    }
    return column;
  }
  if (!model.response().empty()) return columns.require(model.response(), "--model", loaded.notes);
  std::vector<std::string> notes;
  const index_t named_y = columns.find_meant("y", notes);
  if (named_y >= 0 && named_y != sigma_column &&
      !contains(model.columns(), columns.name(named_y))) {
    add_notes(loaded, notes);
    return named_y;
  }
  index_t only = -1;
  int candidates = 0;
  for (index_t c = 0; c < static_cast<index_t>(columns.names().size()); ++c) {
    if (c == sigma_column || contains(model.columns(), columns.name(c)) ||
        contains(loaded.keys, c) || columns.is_row_number(c))
      continue;
    // A column of numbers that cannot be read is a candidate all the same.
    const TextKind kind = columns.text_kind(c);
    if (kind == TextKind::labels || kind == TextKind::dates) continue;
    only = c;
    ++candidates;
  }
  if (candidates == 1) {
    loaded.notes.push_back(
        fmt::format("the response is '{}', the one column that is left", columns.name(only)));
    return only;
  }
  throw InputError(
      "--y", fmt::format(
                 "which column is fitted? Write --y NAME or 'NAME = …' in the formula; the columns "
                 "are {}",
                 quoted_list(columns.names())));
}

struct Sigma {
  index_t column = -1;
  std::optional<double> number;
  std::vector<double> computed;
};

Sigma find_sigma(const FitArguments& arguments, LoadedData& loaded) {
  Sigma sigma;
  if (arguments.sigma.empty()) return sigma;
  loaded.sigma = arguments.sigma;
  const ColumnSet& columns = *loaded.columns;
  const bool exact = contains(columns.names(), arguments.sigma);
  if (!exact) sigma.number = as_number(arguments.sigma);
  if (sigma.number) return sigma;
  sigma.column = columns.find_meant(arguments.sigma, loaded.notes);
  if (sigma.column >= 0) {
    loaded.sigma = columns.name(sigma.column);
  } else {
    sigma.computed = columns.evaluate(arguments.sigma, "--sigma", loaded.notes);
  }
  return sigma;
}

// What helps where one name holds several.
std::string about_delimiter(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (name.find('|') != std::string::npos)
      return "; if '|' stands between them, say --delimiter '|'";
  }
  return about_backquotes(names);
}

void refuse_no_columns(const ColumnSet& columns, const Model& model) {
  if (!model.columns().empty()) return;
  throw InputError(
      "--model",
      fmt::format("--model: the formula '{}' uses no column of {}; its columns are {}{}{}",
                  model.formula(), columns.table().source(), quoted_list(columns.names()),
                  about_delimiter(columns.names()), model_meant(model)));
}

// Names that options give to parameters: none of them is a column of another spelling.
std::vector<std::string> named_parameters(const FitArguments& arguments) {
  std::vector<std::string> names;
  const auto add = [&](const std::vector<std::string>& lists, const char* option) {
    for (const Assignment& item : parse_assignments(lists, option)) names.push_back(item.name);
  };
  add(arguments.p0, "--p0");
  add(arguments.bounds, "--bounds");
  add(arguments.fix, "--fix");
  if (arguments.x_scale.find('=') != std::string::npos) add({arguments.x_scale}, "--x-scale");
  return names;
}

// The formula with the column that --x names in the place of x.
std::string with_x(const FitArguments& arguments, const ColumnSet& columns,
                   std::vector<std::string>& notes) {
  if (arguments.x.empty()) return arguments.model;
  const std::string& name = columns.name(columns.require(arguments.x, "--x", notes));
  if (!mentions(arguments.model, "x")) {
    throw InputError("--x", fmt::format("--x: the formula '{}' has no x; it names its columns "
                                        "itself",
                                        arguments.model));
  }
  return name == "x" ? arguments.model : with_columns_for(arguments.model, {{"x", name}});
}

// The formula with the names of the file's columns.
std::string renamed(const FitArguments& arguments, const ColumnSet& columns, bool has_parameters,
                    std::vector<std::string> own, std::vector<std::string>& notes) {
  if (!arguments.y.empty()) own.push_back(arguments.y);
  return with_column_names(with_x(arguments, columns, notes),
                           {&columns.names(), own, has_parameters}, "--model", notes);
}

// Nor is the response a parameter, which may be given or come by default.
Model parsed(const FitArguments& arguments, const std::string& formula, const ColumnSet& columns,
             std::vector<std::string> own) {
  if (!arguments.y.empty()) {
    own.push_back(arguments.y);
    return Model::parse(formula, columns.names(), own);
  }
  Model model = Model::parse(formula, columns.names(), own);
  if (!model.response().empty() || !contains(columns.names(), std::string("y"))) return model;
  own.emplace_back("y");
  return Model::parse(formula, columns.names(), own);
}

void parse_formula(const FitArguments& arguments, LoadedData& loaded) {
  const ColumnSet& columns = *loaded.columns;
  const std::vector<std::string> own = named_parameters(arguments);
  for (const bool has_parameters : {true, false}) {
    std::vector<std::string> notes;
    const std::string formula = renamed(arguments, columns, has_parameters, own, notes);
    loaded.model = std::make_unique<Model>(parsed(arguments, formula, columns, own));
    // c3 is the third column where nothing else is one.
    if (loaded.model->columns().empty() && has_parameters) continue;
    add_notes(loaded, notes);
    break;
  }
  add_notes(loaded, loaded.model->notes());
  refuse_no_columns(columns, *loaded.model);
}

// Whether options speak of the column "row".
bool wants_row_numbers(const FitArguments& arguments) {
  if (contains(named_parameters(arguments), std::string("row"))) return false;
  std::vector<std::string> texts{arguments.model, arguments.sigma, arguments.y};
  texts.insert(texts.end(), arguments.where.begin(), arguments.where.end());
  texts.insert(texts.end(), arguments.expr.begin(), arguments.expr.end());
  return std::any_of(texts.begin(), texts.end(),
                     [](const std::string& text) { return mentions(text, "row"); });
}

// A parameter whose name resembles an unused column may be a typo.
void warn_about_likely_typos(LoadedData& loaded) {
  if (loaded.built_in) return;
  std::vector<std::string> unused;
  for (const std::string& name : loaded.columns->names()) {
    if (name != loaded.response && name != loaded.sigma &&
        !contains(loaded.model->columns(), name)) {
      unused.push_back(name);
    }
  }
  for (const std::string& parameter : loaded.model->parameters()) {
    const std::string near = nearest_name(parameter, unused);
    if (near.empty() || parameter.size() < 3 || edit_distance(parameter, near) > 2) continue;
    loaded.issues.push_back(
        {IssueId::likely_typo,
         fmt::format("'{}' is a parameter, as no column has that name; was the column '{}' meant?",
                     parameter, near),
         {parameter},
         {}});
  }
}

// Columns that are named like standard deviations but play no part.
void note_unused_errors(const FitArguments& arguments, LoadedData& loaded) {
  if (!arguments.sigma.empty()) return;
  const ColumnSet& columns = *loaded.columns;
  for (index_t c = 0; c < static_cast<index_t>(columns.names().size()); ++c) {
    const std::string& name = columns.name(c);
    if (name == loaded.response || contains(loaded.model->columns(), name) ||
        contains(loaded.keys, c) || !columns.is_numeric(c) || columns.is_row_number(c) ||
        !sounds_like_error(name))
      continue;
    loaded.notes.push_back(fmt::format(
        "the column '{0}' is not used; if it holds standard deviations, --sigma {1} "
        "weights the rows with it",
        name, name.find_first_of(" ()'\"") == std::string::npos ? name : "'" + name + "'"));
    return;
  }
}

void fill_dataset(LoadedData& loaded, const Selection& selection, index_t response,
                  const Sigma& sigma) {
  const auto pick = [&](std::span<const double> values) -> Values {
    if (selection.all) return values;
    std::vector<double>& picked = loaded.own.emplace_back();
    picked.reserve(selection.rows.size());
    for (const index_t row : selection.rows) picked.push_back(values[z(row)]);
    return picked;
  };
  for (const std::string& name : loaded.model->columns()) {
    loaded.data.column(
        name, pick(loaded.columns->values(loaded.columns->require(name, "--model", loaded.notes))));
  }
  loaded.data.response(pick(loaded.columns->values(response)));
  if (sigma.number) {
    if (!(*sigma.number > 0.0) || *sigma.number > 1e300) {
      throw InputError("--sigma",
                       fmt::format("--sigma: {} is not a positive number", *sigma.number));
    }
    loaded.data.sigma(*sigma.number);
  } else if (sigma.column >= 0) {
    loaded.data.sigma(pick(loaded.columns->values(sigma.column)));
  } else if (!sigma.computed.empty()) {
    loaded.data.sigma(pick(loaded.own.emplace_back(sigma.computed)));
  }
  loaded.n_rows =
      selection.all ? loaded.columns->rows() : static_cast<index_t>(selection.rows.size());
  loaded.rows = selection.rows;
  loaded.n_omitted = selection.omitted;
  loaded.incomplete_rows = selection.incomplete;
}

void note_marked(index_t rows, const std::string& first, LoadedData& loaded) {
  loaded.notes.push_back(
      fmt::format("{} row{} left out where a word stands for a value (first at {}); --missing "
                  "raise refuses them",
                  rows, rows == 1 ? " is" : "s are", first));
}

// The data set of a file that is read in pieces, of which `columns` has the first rows alone.
void open_streamed(const FitArguments& arguments, LoadedData& loaded, index_t response,
                   const Sigma& sigma) {
  if (!sigma.computed.empty()) {
    throw InputError("--sigma", fmt::format("--sigma: '{}' is to be computed, which needs the rows "
                                            "in memory; name a column or a number",
                                            arguments.sigma));
  }
  std::vector<std::string> used = loaded.model->columns();
  used.push_back(loaded.columns->name(response));
  if (sigma.column >= 0) used.push_back(loaded.columns->name(sigma.column));
  OpenedRows opened = open_used(arguments, std::move(used));
  add_notes(loaded, opened.notes);
  if (opened.marked > 0) note_marked(opened.marked, opened.first_marked, loaded);
  if (Ranks* const ranks = Ranks::current()) {
    const int threads = arguments.threads.empty() ? 0 : parse_threads(arguments.threads);
    opened.rows = ranks->share(std::move(opened.rows), threads);
  }
  loaded.streamed = std::make_shared<const CountedRows>(std::move(opened.rows));
  for (const std::string& name : loaded.model->columns())
    loaded.data.column(name, loaded.streamed->column(name));
  loaded.data.response(loaded.streamed->column(loaded.response));
  if (sigma.number) loaded.data.sigma(*sigma.number);
  if (sigma.column >= 0)
    loaded.data.sigma(loaded.streamed->column(loaded.columns->name(sigma.column)));
  loaded.n_rows = loaded.streamed->rows();
  loaded.n_omitted = opened.omitted;
}

}  // namespace

std::string LoadedData::place(index_t row) const {
  if (streamed) return streamed->place(row);
  return columns->place(rows.empty() ? row : rows[z(row)]);
}

index_t LoadedData::held_bytes() const {
  index_t values = columns->rows() * static_cast<index_t>(columns->names().size());
  for (const std::vector<double>& column : own) values += static_cast<index_t>(column.size());
  return values * static_cast<index_t>(sizeof(double));
}

LoadedData load(const FitArguments& arguments) {
  if (!arguments.missing.empty() && arguments.missing != "raise" && arguments.missing != "omit") {
    throw InputError("--missing", fmt::format("--missing: '{}' is neither 'raise' nor 'omit'",
                                              arguments.missing));
  }
  LoadedData loaded;
  const std::string why = why_streamed(arguments);
  if (!why.empty()) {
    refuse_options_of_memory(arguments, why);
    if (wants_row_numbers(arguments)) {
      throw InputError("--model", "--model: 'row' is a column of rows in memory alone");
    }
    loaded.columns = std::make_unique<ColumnSet>(
        read_head(files_of(arguments.file).front(), row_options(arguments)));
  } else {
    loaded.columns =
        std::make_unique<ColumnSet>(read_mapped_table(arguments.file, read_options(arguments)));
  }
  ColumnSet& columns = *loaded.columns;
  add_notes(loaded, columns.table().notes());
  if (why.empty() && (wants_row_numbers(arguments) || columns.names().size() == 1))
    columns.add_row_numbers();
  for (const std::string& definition : arguments.expr) columns.add(definition, loaded.notes);
  loaded.keys = find_keys(arguments.by, columns, loaded.notes);
  loaded.built_in = named_model(arguments.model, columns);
  if (!loaded.built_in) parse_formula(arguments, loaded);
  const Sigma sigma = find_sigma(arguments, loaded);
  if (loaded.built_in) {
    loaded.model = std::make_unique<Model>(model_on_columns(
        *loaded.built_in, arguments, columns, sigma.column, loaded.keys, loaded.notes));
    refuse_no_columns(columns, *loaded.model);
  }
  const index_t response = find_response(arguments, loaded, sigma.column);
  loaded.response = columns.name(response);
  if (contains(loaded.model->columns(), loaded.response)) {
    throw InputError(
        "--model",
        fmt::format("--model: the response '{}' is also used in the formula", loaded.response));
  }
  if (contains(loaded.keys, response)) {
    throw InputError("--by", fmt::format("--by: '{}' is the column that is fitted; give the one "
                                         "that tells the groups apart",
                                         loaded.response));
  }
  warn_about_likely_typos(loaded);
  note_unused_errors(arguments, loaded);
  if (!why.empty()) {
    open_streamed(arguments, loaded, response, sigma);
    return loaded;
  }

  RowRules rules;
  for (const std::string& condition : arguments.where) {
    rules.conditions.push_back(columns.evaluate(condition, "--where", loaded.notes));
  }
  rules.omit_missing = arguments.missing == "omit";
  rules.omit_marked = arguments.missing != "raise";
  for (const std::string& name : loaded.model->columns()) {
    rules.columns.push_back(
        {"'" + name + "'", columns.values(columns.require(name, "--model", loaded.notes))});
  }
  rules.columns.push_back({"'" + loaded.response + "'", columns.values(response)});
  if (sigma.column >= 0) rules.sigma = columns.values(sigma.column);
  if (!sigma.computed.empty()) rules.sigma = sigma.computed;
  rules.sigma_name = loaded.sigma;
  const Selection selection = select_rows(columns, rules);
  if (selection.marked > 0)
    note_marked(selection.marked, columns.place(selection.first_marked), loaded);
  fill_dataset(loaded, selection, response, sigma);
  return loaded;
}

}  // namespace nlsq::command
