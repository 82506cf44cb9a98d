// SPDX-License-Identifier: MIT
// Messages: one prefix each, bold or coloured on a terminal only.
#include "messages.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "nlsq/error.hpp"
#include "nlsq/runtime.hpp"

namespace nlsq::command {
namespace {

void print_prefixed(const char* color, const char* kind, const std::string& message) {
  const std::string text = printable_message(message);
  const bool colored = wants_color(stderr);
  const std::string line = colored ? fmt::format("nlsq: \x1b[{}m{}:\x1b[0m {}\n", color, kind, text)
                                   : fmt::format("nlsq: {}: {}\n", kind, text);
  // Nobody is left to tell when stderr fails.
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

std::size_t display_width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool wants_color(std::FILE* stream) {
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  if (term == nullptr || std::strcmp(term, "dumb") == 0) return false;
  return isatty(fileno(stream)) == 1;
}

void print_error(const std::string& text) { print_prefixed("1;31", "error", text); }
void print_warning(const std::string& text) { print_prefixed("1;33", "warning", text); }
void print_note(const std::string& text) { print_prefixed("1;36", "note", text); }

std::string did_you_mean(const std::string& name, const std::vector<std::string>& candidates) {
  const std::string nearest = nearest_name(name, candidates);
  return nearest.empty() ? "" : " (did you mean '" + nearest + "'?)";
}

std::string quoted_list(const std::vector<std::string>& names, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == most) return out + fmt::format(" and {} more", names.size() - most);
    if (i > 0) out += i + 1 == names.size() ? " and " : ", ";
    out += "'" + names[i] + "'";
  }
  return out;
}

void print_result(const std::string& text, std::FILE* to) {
  const bool written =
      std::fwrite(text.data(), 1, text.size(), to) == text.size() && std::fflush(to) == 0;
  if (!written)
    throw IoError(fmt::format("cannot write to standard {}: {}", to == stdout ? "output" : "error",
                              std::strerror(errno)));
}

}  // namespace nlsq::command
