// SPDX-License-Identifier: MIT
// The subcommands and options as plain data, from the definitions that --help comes of: for
// completion scripts and the manual page.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace nlsq::command {

struct OptionWords {
  char letter = 0;   ///< of -m; 0: none
  std::string name;  ///< "--model"; empty for an argument without a name
  std::string type;  ///< "FORMULA", "FILE.svg"; empty for a flag
  std::string doc;
  std::string group;
  std::vector<std::string> choices;  ///< where its values are words
  bool is_flag() const { return type.empty(); }
  bool is_file() const { return type.starts_with("FILE") || type == "DIR" || type == "PLACES"; }
};

struct CommandWords {
  std::string name, doc;
  std::vector<OptionWords> options;
  std::vector<std::string> choices;  ///< of its arguments: actions, names of models
  bool takes_files = false;
};

std::vector<CommandWords> command_words(const CLI::App& app);

/// The script for "bash", "zsh" or "fish". Throws InputError for another shell.
std::string completion_script(const std::vector<CommandWords>& commands, const std::string& shell);

/// The manual page nlsq(1), in roff.
std::string manual_page(const std::vector<CommandWords>& commands);

}  // namespace nlsq::command
