// SPDX-License-Identifier: MIT
#include "command_syntax.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

#include "nlsq/models.hpp"
#include "nlsq/options.hpp"

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
                           {"--missing", {"raise", "omit"}},
                           {"--log", {"x", "y", "xy", "none"}},
                           {"--time-unit", {"s", "min", "h", "d"}},
                           {"--block", {"all"}},
                           {"--device", {"cpu", "auto"}}};
  for (const Choices& each : known) {
    if (each.option == option) return each.words;
  }
  // A row of nlsq/options.def: "--jacobian-mode" is jacobian_mode there.
  std::string name = option.substr(std::min<std::size_t>(option.size(), 2));
  std::replace(name.begin(), name.end(), '-', '_');
  std::vector<std::string> words;
  for (const OptionValue& value : option_values(name)) words.emplace_back(value.name);
  return words;
}

OptionSyntax syntax_of(const CLI::Option& option) {
  OptionSyntax syntax;
  if (!option.get_snames().empty()) syntax.letter = option.get_snames().front().front();
  if (!option.get_lnames().empty()) syntax.name = "--" + option.get_lnames().front();
  const bool is_flag = option.get_items_expected_max() == 0;
  syntax.type = is_flag ? "" : option.get_type_name();
  if (!is_flag && syntax.type.empty()) syntax.type = option.get_name();
  syntax.doc = option.get_description();
  syntax.group = option.get_group();
  syntax.choices = choices_of(syntax.name);
  return syntax;
}

}  // namespace

std::vector<CommandSyntax> command_syntax(const CLI::App& app) {
  std::vector<CommandSyntax> commands;
  for (const CLI::App* part : app.get_subcommands({})) {
    CommandSyntax& syntax = commands.emplace_back();
    syntax.name = part->get_name();
    syntax.doc = part->get_description();
    for (const CLI::Option* option : part->get_options())
      syntax.options.push_back(syntax_of(*option));
    for (const CLI::App* action : part->get_subcommands({}))
      syntax.choices.push_back(action->get_name());
    if (syntax.name == "models") syntax.choices = models();
    if (syntax.name == "info") syntax.choices = {"functions"};
    if (syntax.name == "completion") syntax.choices = {"bash", "zsh", "fish", "man"};
    syntax.takes_files = syntax.name == "fit" || syntax.name == "explain" ||
                         syntax.name == "batch" || syntax.name == "init" || syntax.name == "config";
  }
  return commands;
}

}  // namespace nlsq::command
