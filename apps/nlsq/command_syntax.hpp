// SPDX-License-Identifier: MIT
// The subcommands and options as plain data, from the definitions behind --help: for completion
// scripts and the manual page.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace nlsq::command {

struct OptionSyntax {
  char letter = 0;   ///< of -m; 0: none
  std::string name;  ///< "--model"; empty for an argument without a name
  std::string type;  ///< "FORMULA", "FILE.svg"; empty for a flag
  std::string doc;
  std::string group;
  std::vector<std::string> choices;  ///< the values it may have, where they are known
  bool is_flag() const { return type.empty(); }
  bool is_file() const { return type.starts_with("FILE") || type == "DIR" || type == "PLACES"; }
};

struct CommandSyntax {
  std::string name, doc;
  std::vector<OptionSyntax> options;
  std::vector<std::string> choices;  ///< of its arguments: actions, names of models
  bool takes_files = false;
};

std::vector<CommandSyntax> command_syntax(const CLI::App& app);

/// The script for "bash", "zsh" or "fish". Throws InputError for another shell.
std::string completion_script(const std::vector<CommandSyntax>& commands, const std::string& shell);

/// The manual page nlsq(1), in roff.
std::string manual_page(const std::vector<CommandSyntax>& commands);

}  // namespace nlsq::command
