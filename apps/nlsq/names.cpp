// SPDX-License-Identifier: MIT
#include "names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace nlsq::command {

bool sounds_like_error(const std::string& name) {
  constexpr std::array<std::string_view, 19> kNames{
      "sigma", "sig",   "err", "error",  "errors", "dy",  "ey", "ye",          "yerr", "errory",
      "std",   "stdev", "sd",  "stddev", "stderr", "sem", "se", "uncertainty", "unc"};
  constexpr std::array<std::string_view, 8> kEnds{"_err", "_error", "_sigma",  "_std",
                                                  "_sd",  "_sem",   "_stderr", "_unc"};
  std::string lower = name;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  // "sigma (mV)" and "err[V]" are the same names with their units.
  lower = lower.substr(0, lower.find_first_of(" ([/"));
  if (std::find(kNames.begin(), kNames.end(), lower) != kNames.end()) return true;
  return lower.starts_with("sigma_") || lower.starts_with("err_") || lower.starts_with("std_") ||
         std::any_of(kEnds.begin(), kEnds.end(),
                     [&](std::string_view end) { return lower.ends_with(end); });
}

bool is_plain_name(const std::string& name) {
  const auto fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c >= 0x80; };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
         std::all_of(name.begin(), name.end(), fits);
}

std::string about_backquotes(const std::vector<std::string>& names) {
  const auto odd = std::find_if_not(names.begin(), names.end(), is_plain_name);
  if (odd == names.end()) return "";
  return fmt::format(
      "; in a formula a name with blanks or signs stands in backquotes: `{}` (in single quotes, "
      "for "
      "the shell), or give the columns other names with --columns",
      *odd);
}

}  // namespace nlsq::command
