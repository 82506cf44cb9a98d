// SPDX-License-Identifier: MIT
// Scripts with which shells complete subcommands, options and values of `nlsq`.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "command_syntax.hpp"
#include "messages.hpp"
#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

std::string joined(const std::vector<std::string>& words, const char* between = " ") {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
  return out;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// Names of the options of a command, long and short.
std::vector<std::string> names_of(const CommandSyntax& command) {
  std::vector<std::string> names;
  for (const OptionSyntax& option : command.options) {
    if (!option.name.empty()) names.push_back(option.name);
    if (option.letter != 0) names.push_back(std::string("-") + option.letter);
  }
  return names;
}

std::string bash_script(const std::vector<CommandSyntax>& commands) {
  std::string all, cases, values;
  std::string free;  // options with values of any kind, among them files
  for (const CommandSyntax& command : commands) {
    all += (all.empty() ? "" : " ") + command.name;
    cases += fmt::format("    {}) words='{}'; options='{}' ;;\n", command.name,
                         joined(command.choices), joined(names_of(command)));
    for (const OptionSyntax& option : command.options) {
      if (option.name.empty() || option.is_flag()) continue;
      std::string names = command.name + ":" + option.name;
      if (option.letter != 0) names += fmt::format("|{}:-{}", command.name, option.letter);
      if (option.choices.empty()) {
        free += (free.empty() ? "" : "|") + names;
        continue;
      }
      values += fmt::format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$current\")); return ;;\n",
                            names, joined(option.choices));
    }
  }
  values += fmt::format("    {}) return ;;\n", free);
  return fmt::format(
      R"(# bash completion for nlsq: source <(nlsq completion bash)
_nlsq() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} words= options=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '{} --help --version' -- "$current"))
    return
  fi
  case ${{COMP_WORDS[1]}}:$before in
{}  esac
  case ${{COMP_WORDS[1]}} in
{}  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
  esac
}}
complete -o bashdefault -o default -F _nlsq nlsq
)",
      all, values, cases);
}

// Within single quotes and the brackets of _arguments.
std::string for_zsh(std::string text) {
  for (const auto& [from, to] :
       {std::pair("\\", "\\\\"), std::pair("'", "'\\''"), std::pair("[", "\\["),
        std::pair("]", "\\]"), std::pair(":", "\\:")})
    text = replaced(std::move(text), from, to);
  return text;
}

std::string zsh_option(const OptionSyntax& option) {
  std::string value;
  if (!option.is_flag()) {
    const std::string action = option.is_file()         ? "_files"
                               : option.choices.empty() ? " "
                                                        : "(" + joined(option.choices) + ")";
    value = fmt::format(":{}:{}", for_zsh(option.type), action);
  }
  const std::string doc = for_zsh(option.doc);
  std::string out;
  if (option.letter != 0)
    out += fmt::format(" \\\n        '*-{}[{}]{}'", option.letter, doc, value);
  return out + fmt::format(" \\\n        '*{}[{}]{}'", option.name, doc, value);
}

std::string zsh_script(const std::vector<CommandSyntax>& commands) {
  std::string described, cases;
  for (const CommandSyntax& command : commands) {
    described += fmt::format("    '{}:{}'\n", command.name, for_zsh(command.doc));
    std::string options;
    for (const OptionSyntax& option : command.options) {
      if (!option.name.empty()) options += zsh_option(option);
    }
    const std::string rest = command.takes_files       ? "_files"
                             : command.choices.empty() ? " "
                                                       : "(" + joined(command.choices) + ")";
    cases += fmt::format("      {})\n      _arguments{} \\\n        '*:argument:{}' ;;\n",
                         command.name, options, rest);
  }
  return fmt::format(R"(#compdef nlsq
# zsh completion for nlsq: nlsq completion zsh > ~/.zfunc/_nlsq, with that folder in fpath
_nlsq() {{
  local context state line
  local -a commands
  commands=(
{}  )
  _arguments -C '--help[print help]' '--version[print the version]' '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
{}      esac ;;
  esac
}}
if [ "$funcstack[1]" = _nlsq ]; then _nlsq "$@"; else compdef _nlsq nlsq; fi
)",
                     described, cases);
}

std::string for_fish(std::string text) {
  text = replaced(std::move(text), "\\", "\\\\");
  return "'" + replaced(std::move(text), "'", "\\'") + "'";
}

std::string fish_script(const std::vector<CommandSyntax>& commands) {
  std::string out =
      "# fish completion for nlsq: nlsq completion fish > ~/.config/fish/completions/nlsq.fish\n";
  for (const CommandSyntax& command : commands) {
    out += fmt::format("complete -c nlsq -n __fish_use_subcommand -f -a {} -d {}\n", command.name,
                       for_fish(command.doc));
  }
  for (const CommandSyntax& command : commands) {
    const std::string where =
        fmt::format("complete -c nlsq -n '__fish_seen_subcommand_from {}'", command.name);
    if (!command.takes_files)
      out += fmt::format("{} -f -a {}\n", where, for_fish(joined(command.choices)));
    for (const OptionSyntax& option : command.options) {
      if (option.name.empty()) continue;
      std::string line = fmt::format("{} -l {}", where, option.name.substr(2));
      if (option.letter != 0) line += fmt::format(" -s {}", option.letter);
      if (!option.is_flag()) line += option.is_file() ? " -r -F" : " -x";
      if (!option.choices.empty()) line += " -a " + for_fish(joined(option.choices));
      out += line + " -d " + for_fish(option.doc) + "\n";
    }
  }
  return out;
}

}  // namespace

std::string completion_script(const std::vector<CommandSyntax>& commands, const std::string& shell) {
  if (shell == "bash") return bash_script(commands);
  if (shell == "zsh") return zsh_script(commands);
  if (shell == "fish") return fish_script(commands);
  if (shell == "man") return manual_page(commands);
  throw InputError(
      "SHELL", fmt::format("there is no completion for '{}'{}; there are bash, zsh and fish, and "
                           "man for the manual page",
                           shell, did_you_mean(shell, {"bash", "zsh", "fish", "man"})));
}

}  // namespace nlsq::command
