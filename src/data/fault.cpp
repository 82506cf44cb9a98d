// SPDX-License-Identifier: MIT
#include "data/fault.hpp"

#include <algorithm>
#include <cctype>

namespace nlsq::data {
namespace {

bool is_plain(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// For a POSIX shell.
std::string shell_word(const std::string& text) {
  const auto safe = [](char c) {
    return is_plain(c) || c == '_' || c == ',' || c == '.' || c == ':';
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), safe)) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

Fix skip_fix(index_t lines) {
  return {"--skip", std::to_string(lines), [lines](ReadOptions& o) { o.skip = lines; }};
}

Fix skip_after_header_fix(index_t lines) {
  return {"--skip-after-header", std::to_string(lines),
          [lines](ReadOptions& o) { o.skip_after_header = lines; }};
}

Fix lines_fix(index_t last) {
  return {"--lines", ":" + std::to_string(last), [last](ReadOptions& o) { o.last_line = last; }};
}

// Signs that begin neither numbers nor quotes.
bool begins_with_sign(std::string_view line) {
  constexpr std::string_view kSigns = "*;:%!$&@/\\|~^<>=[{";
  return !line.empty() && kSigns.find(line[0]) != std::string_view::npos;
}

Fix comment_fix(std::string_view line) {
  std::string start(line.substr(0, line.find_first_of(" \t,;\r\n\"")));
  if (begins_with_sign(line)) start = line.substr(0, 1);
  return {"--comment", shell_word(start), [start](ReadOptions& o) { o.comment = start; }};
}

Fix columns_fix(const std::vector<std::string>& names, std::size_t count) {
  std::vector<std::string> first(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count));
  std::string text;
  for (const std::string& name : first) text += (text.empty() ? "" : ",") + name;
  return {"--columns", shell_word(text), [first](ReadOptions& o) { o.columns = first; }};
}

}  // namespace nlsq::data
