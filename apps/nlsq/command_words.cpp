// SPDX-License-Identifier: MIT
#include "command_words.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

#include "nlsq/models.hpp"

namespace nlsq::command {
namespace {

struct Choices {
  std::string_view option;
  std::vector<std::string> words;
};

std::vector<std::string> models() {
  std::vector<std::string> names;
  // Those that a shell takes as they are: polynomial(3) needs quotes.
  for (const BuiltInModel& model : built_in_models()) {
    if (model.name.find('(') == std::string::npos) names.push_back(model.name);
  }
  return names;
}

std::vector<std::string> choices_of(const std::string& option) {
  const Choices known[] = {{"--model", models()},
                           {"--method", {"trf", "lm", "dogbox", "auto"}},
                           {"--loss", {"linear", "soft_l1", "huber", "cauchy", "arctan"}},
                           {"--missing", {"raise", "omit"}},
                           {"--starts", {"search", "ones"}},
                           {"--precision", {"auto", "double", "measure", "mixed"}},
                           {"--jacobian-mode", {"auto", "fwd", "rev"}},
                           {"--linear-solver", {"auto", "dense", "sparse"}},
                           {"--log", {"x", "y", "xy", "none"}},
                           {"--time-unit", {"s", "min", "h", "d"}},
                           {"--block", {"all"}},
                           {"--device", {"cpu", "auto"}}};
  for (const Choices& each : known) {
    if (each.option == option) return each.words;
  }
  return {};
}

OptionWords words_of(const CLI::Option& option) {
  OptionWords words;
  if (!option.get_snames().empty()) words.letter = option.get_snames().front().front();
  if (!option.get_lnames().empty()) words.name = "--" + option.get_lnames().front();
  const bool is_flag = option.get_items_expected_max() == 0;
  words.type = is_flag ? "" : option.get_type_name();
  if (!is_flag && words.type.empty()) words.type = option.get_name();
  words.doc = option.get_description();
  words.group = option.get_group();
  words.choices = choices_of(words.name);
  return words;
}

}  // namespace

std::vector<CommandWords> command_words(const CLI::App& app) {
  std::vector<CommandWords> commands;
  for (const CLI::App* part : app.get_subcommands({})) {
    CommandWords& words = commands.emplace_back();
    words.name = part->get_name();
    words.doc = part->get_description();
    for (const CLI::Option* option : part->get_options())
      words.options.push_back(words_of(*option));
    for (const CLI::App* action : part->get_subcommands({}))
      words.choices.push_back(action->get_name());
    if (words.name == "models") words.choices = models();
    if (words.name == "info") words.choices = {"functions"};
    if (words.name == "completion") words.choices = {"bash", "zsh", "fish", "man"};
    words.takes_files = words.name == "fit" || words.name == "explain" || words.name == "batch" ||
                        words.name == "init" || words.name == "config";
  }
  return commands;
}

}  // namespace nlsq::command
