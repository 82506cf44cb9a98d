// SPDX-License-Identifier: MIT
#include "run_explain.hpp"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "assignments.hpp"
#include "built_in.hpp"
#include "fit_options.hpp"
#include "load.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/models.hpp"
#include "nlsq/plan.hpp"
#include "stop_signal.hpp"

namespace nlsq::command {
namespace {

constexpr index_t kUsualRows = 1000;

class ExplainHelp : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: nlsq explain FORMULA [FILE] [options]\n";
  }
};

constexpr const char* kExamples = R"(Examples (from the project's folder):
  nlsq explain 'a*exp(-b*x) + c'
  nlsq explain 'a*exp(-b*x) + c' --assume-rows 1000000 --loss huber
  nlsq explain 'y = a*(1 - exp(-b*x))' examples/data/misra1a.csv --time
)";

// Columns that a formula may use where there is no file: those of --columns, else x.
std::vector<std::string> assumed_columns(const FitArguments& fit) {
  std::vector<std::string> names;
  if (!fit.columns.empty()) {
    for (const Assignment& item : parse_assignments({fit.columns}, "--columns"))
      names.push_back(item.name);
  }
  if (names.empty()) names.emplace_back(fit.x.empty() ? "x" : fit.x);
  return names;
}

Model assumed_model(const FitArguments& fit) {
  if (const BuiltInModel* const known = find_built_in_model(fit.model))
    return Model::parse(known->formula, {"x"});
  Model model = Model::parse(fit.model, assumed_columns(fit));
  if (!model.columns().empty()) return model;
  throw InputError("FORMULA", "FORMULA: no column is named in '" + fit.model +
                                  "'; without a file x is one, or those of --columns");
}

std::string explain_assumed(const ExplainArguments& arguments) {
  const Model model = assumed_model(arguments.fit);
  const FitOptions options = make_fit_options(arguments.fit, model);
  refuse_unused_parameters(model, options);
  const index_t rows =
      arguments.rows.empty() ? kUsualRows : parse_count(arguments.rows, "--assume-rows", 1);
  return explain(model, {}, options, {.listing = arguments.listing, .rows = rows});
}

std::string explain_file(const ExplainArguments& arguments) {
  if (!arguments.rows.empty())
    throw InputError("--assume-rows", "--assume-rows is for a formula without a file");
  LoadedData loaded = load(arguments.fit);
  FitOptions options = make_fit_options(arguments.fit, *loaded.model);
  add_built_in_defaults(loaded, options);
  refuse_unused_parameters(*loaded.model, options);
  for (const std::string& note : loaded.notes) print_note(note);
  if (!arguments.time)
    return explain(*loaded.model, loaded.data, options, {.listing = arguments.listing});
  const StopSignal watch;
  options.stop = [] { return StopSignal::received(); };
  std::string text = curve_fit(*loaded.model, loaded.data, options).explain();
  if (!arguments.listing) return text;
  const std::string plan = explain(*loaded.model, loaded.data, options, {.listing = true});
  return text + plan.substr(plan.find("\nListing"));
}

}  // namespace

void add_explain_options(CLI::App& explain, ExplainArguments& arguments) {
  explain
      .add_option("FORMULA", arguments.fit.model,
                  "the formula, such as 'a*exp(-b*x) + c', or a name: see 'nlsq models'")
      ->type_name("");
  add_fit_options(explain, arguments.fit);
  explain.remove_option(explain.get_option("--model"));
  for (CLI::Option* const option : explain.get_options()) {
    const std::string& group = option->get_group();
    if (group == "Output" || group == "Many fits") explain.remove_option(option);
  }
  for (const char* name : {"--checkpoint", "--p0-from", "--share"})
    explain.remove_option(explain.get_option(name));
  const char* const group = "Explain";
  explain.add_flag("--listing", arguments.listing, "list the instructions of the program")
      ->group(group);
  explain.add_flag("--time", arguments.time, "make the fit, too, and tell what a row takes")
      ->group(group);
  explain
      .add_option("--assume-rows", arguments.rows,
                  "without a file: for so many rows (default 1000)")
      ->group(group)
      ->type_name("N");
  const auto help = std::make_shared<ExplainHelp>();
  help->column_width(28);
  explain.formatter(help);
  explain.footer(kExamples);
}

int run_explain(const ExplainArguments& arguments) {
  const FitArguments& fit = arguments.fit;
  if (fit.model.empty())
    throw InputError("FORMULA", "give the formula: nlsq explain 'a*exp(-b*x) + c'");
  if (fit.file.empty() && arguments.time)
    throw InputError("--time", "--time makes the fit: give a file");
  print_result(fit.file.empty() ? explain_assumed(arguments) : explain_file(arguments));
  return Exit::converged;
}

}  // namespace nlsq::command
