// SPDX-License-Identifier: MIT
#include "guarded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "messages.hpp"
#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

// The library's "p0: …" is about --p0 here.
std::string with_option_name(const InputError& error) {
  const std::string text = error.what();
  const std::vector<std::string> shared{
      "p0",        "bounds",        "fix",     "sigma",      "method",        "loss",
      "f_scale",   "level",         "ftol",    "x_scale",    "max_nfev",      "xtol",
      "precision", "jacobian_mode", "gtol",    "threads",    "starts",        "device",
      "ties",      "priors",        "derived", "checkpoint", "linear_solver", "sheet"};
  const std::string& argument = error.argument();
  const bool is_shared = std::find(shared.begin(), shared.end(), argument) != shared.end();
  const std::string_view behind =
      std::string_view(text).substr(text.starts_with(argument) ? argument.size() : text.size());
  if (!is_shared || (!behind.starts_with(':') && !behind.starts_with(' '))) return text;
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
