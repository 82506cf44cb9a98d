// SPDX-License-Identifier: MIT
#include "fit_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <utility>

#include "job_keys.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"
#include "option_values.hpp"
#include "other_words.hpp"
#include "run_fit.hpp"

namespace nlsq::command {
namespace {

std::string name_of(const CLI::Option& option) {
  return option.get_lnames().empty() ? "" : "--" + option.get_lnames().front();
}

bool is_flag(const CLI::Option& option) { return option.get_items_expected_max() == 0; }

// `--name value`; a value that begins like an option is joined to its name.
void add_words(std::vector<std::string>& words, const std::string& name, const std::string& value) {
  if (value.starts_with("-")) {
    words.push_back(name + "=" + value);
    return;
  }
  words.push_back(name);
  words.push_back(value);
}

void make_folders(const Job& job) {
  for (const std::string& folder : job.folders) {
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    if (fault)
      throw IoError(
          fmt::format("{}: the folder '{}' cannot be made: {}", job.path, folder, fault.message()));
  }
}

// Where an option of a job stands in it, before the message about that option.
[[noreturn]] void rethrow_with_place(const Job& job, const InputError& error) {
  const std::string text = error.what();
  const auto about = [&](const Setting& setting) {
    const bool is_named =
        error.argument() == setting.option ||
        (text.starts_with(setting.option) &&
         text.find_first_of(": ", setting.option.size()) == setting.option.size());
    std::string bare = setting.option.substr(2);
    std::replace(bare.begin(), bare.end(), '-', '_');
    const bool is_formula = setting.option == "--model" && error.argument() == "formula";
    return is_named || is_formula || error.argument() == bare;
  };
  const auto setting = std::find_if(job.settings.begin(), job.settings.end(), about);
  if (setting == job.settings.end() || dynamic_cast<const DataError*>(&error) != nullptr) throw;
  throw InputError(setting->option,
                   fmt::format("{}:{}: '{}': {}", job.path, setting->line, setting->key, text));
}

}  // namespace

std::vector<KnownOption> known_options(const CLI::App& fit) {
  std::vector<KnownOption> known;
  for (const CLI::Option* option : fit.get_options()) {
    const std::string name = name_of(*option);
    if (name.empty() || name == "--help") continue;
    const bool is_list = option->get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    known.push_back({name, is_flag(*option), is_list});
  }
  return known;
}

std::vector<std::string> words_of_job(const Job& job, const CLI::App* given) {
  std::vector<std::string> words{"nlsq", "fit", job.file};
  std::vector<std::string> replaced;
  std::vector<std::string> own;
  for (const CLI::Option* option :
       given ? given->get_options() : std::vector<const CLI::Option*>{}) {
    const std::string name = name_of(*option);
    if (name.empty() || option->count() == 0) continue;
    replaced.push_back(name);
    if (is_flag(*option)) own.push_back(name);
    for (const std::string& value : is_flag(*option) ? CLI::results_t{} : option->results())
      add_words(own, name, value);
  }
  for (const Setting& setting : job.settings) {
    if (std::find(replaced.begin(), replaced.end(), setting.option) != replaced.end()) continue;
    if (setting.value)
      add_words(words, setting.option, *setting.value);
    else
      words.push_back(setting.option);
  }
  words.insert(words.end(), own.begin(), own.end());
  return words;
}

FitArguments fit_arguments_of(const std::vector<std::string>& words) {
  FitArguments arguments;
  CLI::App fit("", "fit");
  add_fit_options(fit, arguments);
  try {
    // CLI11 takes the last word first.
    fit.parse(std::vector<std::string>(words.rbegin(), words.rend() - 2));
    refuse_empty_values(fit);
  } catch (const CLI::ArgumentMismatch& error) {
    refuse_values(error.what());
  } catch (const CLI::ParseError& error) {
    throw InputError("arguments", error.what());
  }
  refuse_extras(fit);
  arguments.words = words;
  return arguments;
}

int run_job(const std::string& path, const CLI::App* given) {
  FitArguments ignored;
  CLI::App fit("", "fit");
  add_fit_options(fit, ignored);
  const Job job = read_job(path, known_options(fit));
  const bool is_quiet = given != nullptr && given->get_option("--quiet")->count() > 0;
  if (!is_quiet)
    for (const std::string& note : job.notes) print_note(note);
  return run_job_words(job, words_of_job(job, given));
}

int run_job_words(const Job& job, const std::vector<std::string>& words) {
  try {
    const FitArguments arguments = fit_arguments_of(words);
    make_folders(job);
    return run_fit(arguments);
  } catch (const InputError& error) {
    rethrow_with_place(job, error);
  }
}

void refuse_values(const std::string& what) {
  const std::string option = what.substr(0, what.find(':'));
  const bool is_repeated = what.find("received") != std::string::npos;
  throw InputError("arguments", option + (is_repeated ? " is given more than once"
                                                      : " needs a value behind it"));
}

void refuse_extras(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining();
  if (extras.empty()) return;
  const std::string& extra = extras.front();
  if (extra.size() < 2 || extra[0] != '-') {
    throw InputError(
        "arguments",
        fmt::format("'{}' is one argument too many (a formula with blanks needs quotes)", extra));
  }
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::string name = extra.substr(0, extra.find('='));
  if (const std::string advice = app.get_name() == "fit" ? advice_for_option(name) : "";
      !advice.empty())
    throw InputError("arguments", fmt::format("there is no option {}; {}", name, advice));
  throw InputError("arguments", fmt::format("there is no option {}{}; see 'nlsq {} --help'", name,
                                            did_you_mean(name, names), app.get_name()));
}

}  // namespace nlsq::command
