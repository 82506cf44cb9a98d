// SPDX-License-Identifier: MIT
#include "option_values.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

[[noreturn]] void refuse(const std::string& name, std::string_view value, const std::string& type) {
  const bool is_option = name.starts_with("-");
  throw InputError(name,
                   fmt::format("{0}: '{1}' is no value; give {2}{3} (is a variable of the shell "
                               "not set?)",
                               name, value, type.empty() ? "one" : type,
                               is_option ? " or leave " + name + " out" : ""));
}

// CLI11 gives options that the help hides no name.
std::string name_of(const CLI::Option& option) {
  return option.get_lnames().empty() ? option.get_name() : "--" + option.get_lnames().front();
}

// A blank is what may stand between fields.
bool may_be_blank(const std::string& option) { return option == "--delimiter"; }

}  // namespace

void refuse_empty_assignments(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--") return;
    const bool is_option = argument.starts_with("--") && argument.find('=') == argument.size() - 1;
    if (is_option) refuse(std::string(argument.substr(0, argument.size() - 1)), "", "");
  }
}

void refuse_empty_values(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& value : option->results()) {
      const bool is_blank = value.find_first_not_of(" \t\r\n") == std::string::npos;
      if (value.empty() || (is_blank && !may_be_blank(name_of(*option))))
        refuse(name_of(*option), value, option->get_type_name());
    }
  }
  for (const CLI::App* part : app.get_subcommands()) refuse_empty_values(*part);
}

}  // namespace nlsq::command
