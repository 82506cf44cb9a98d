// SPDX-License-Identifier: MIT
#include "guarded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <set>
#include <string>
#include <string_view>

#include "messages.hpp"
#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

// Arguments of the library that are options of the command by the same name, or are ties, priors
// and derived, whose options are --tie, --prior and --derive.
bool is_option(const std::string& argument) {
  static const std::set<std::string> names{
#define NLSQ_GROUP(name)
#define NLSQ_TEXT(member, initial, flags, type, help) #member,
#define NLSQ_LIST(member, flags, type, help) #member,
#define NLSQ_FLAG(member, flags, help) #member,
#include "fit_arguments.def"
      "ties", "priors", "derived"};
  return names.contains(argument);
}

// The library's "p0: …" is about --p0 here.
std::string with_option_name(const InputError& error) {
  const std::string text = error.what();
  const std::string& argument = error.argument();
  const std::string_view behind =
      std::string_view(text).substr(text.starts_with(argument) ? argument.size() : text.size());
  if (!is_option(argument) || (!behind.starts_with(':') && !behind.starts_with(' '))) return text;
  const bool is_list = argument == "ties" || argument == "priors";
  std::string option = argument == "derived" ? "--derive" : "--" + argument;
  if (is_list) option.pop_back();  // each --tie is one
  std::replace(option.begin(), option.end(), '_', '-');
  return option + text.substr(argument.size());
}

}  // namespace

int guarded(const std::function<int()>& action) {
  try {
    return action();
  } catch (const InputError& error) {
    print_error(with_option_name(error));
    return Exit::bad_input;
  } catch (const IoError& error) {
    print_error(error.what());
  } catch (const std::bad_alloc&) {
    print_error("out of memory");
  } catch (const std::exception& error) {
    print_error(fmt::format("internal failure: {}", error.what()));
  }
  return Exit::failed;
}

}  // namespace nlsq::command
