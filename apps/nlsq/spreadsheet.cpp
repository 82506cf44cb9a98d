// SPDX-License-Identifier: MIT
#include "spreadsheet.hpp"

#include <cmath>

#include "assignments.hpp"

namespace nlsq::command {
namespace {

// A formula behind any number of apostrophes.
bool hides_formula(std::string_view text) {
  const std::size_t first = text.find_first_not_of('\'');
  return first != std::string_view::npos && is_formula(text.substr(first));
}

}  // namespace

bool is_formula(std::string_view text) {
  if (text.empty()) return false;
  switch (text.front()) {
    case '=':
    case '@':
    case '\t':
    case '\r':
    case '\n': return true;
    case '+':
    case '-': {
      const auto number = as_number(text);
      return !number || !std::isfinite(*number);
    }
    default: return false;
  }
}

std::string guarded(const std::string& text) { return hides_formula(text) ? "'" + text : text; }

std::string unguarded(const std::string& text) {
  return text.starts_with('\'') && hides_formula(text) ? text.substr(1) : text;
}

}  // namespace nlsq::command
