// SPDX-License-Identifier: MIT
// Reads option values.
#include "assignments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string unquoted(std::string_view name) {
  if (name.size() >= 2 && name.front() == '`' && name.back() == '`')
    name = name.substr(1, name.size() - 2);
  return std::string(name);
}

// Position of the first `wanted` outside backquotes.
std::size_t find_outside_quotes(std::string_view text, char wanted) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '`') quoted = !quoted;
    if (text[i] == wanted && !quoted) return i;
  }
  return std::string_view::npos;
}

Assignment parse_one(std::string_view item, const std::string& option) {
  const std::size_t equal = find_outside_quotes(item, '=');
  Assignment assignment;
  assignment.name = unquoted(trimmed(item.substr(0, equal)));
  if (equal != std::string_view::npos)
    assignment.value = std::string(trimmed(item.substr(equal + 1)));
  if (assignment.name.empty()) {
    throw InputError(option, fmt::format("{}: a name is missing in '{}'", option, item));
  }
  return assignment;
}

}  // namespace

std::optional<double> as_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.front() == '+' || error != std::errc() ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

double parse_number(std::string_view text, const std::string& option) {
  const std::optional<double> value = as_number(text);
  if (!value || std::isnan(*value))
    throw InputError(option, fmt::format("{}: '{}' is not a number", option, text));
  return *value;
}

double parse_finite(std::string_view text, const std::string& option) {
  const double value = parse_number(text, option);
  if (!std::isfinite(value))
    throw InputError(option, fmt::format("{}: '{}' is not a finite number", option, text));
  return value;
}

index_t parse_count(std::string_view text, const std::string& option, index_t least, index_t most) {
  const std::optional<double> value = as_number(text);
  if (!value || !(*value >= static_cast<double>(least)) || *value > static_cast<double>(most) ||
      *value != std::floor(*value)) {
    throw InputError(option, fmt::format("{}: '{}' is not a whole number from {} to {}", option,
                                         text, least, most));
  }
  return static_cast<index_t>(*value);
}

int parse_threads(const std::string& text) {
  constexpr index_t kMostThreads = 4096;
  return static_cast<int>(parse_count(text, "--threads", 0, kMostThreads));
}

std::vector<Assignment> parse_assignments(const std::vector<std::string>& lists,
                                          const std::string& option) {
  std::vector<Assignment> all;
  for (const std::string_view list : lists) {
    std::string_view rest = list;
    while (true) {
      const std::size_t comma = find_outside_quotes(rest, ',');
      Assignment next = parse_one(rest.substr(0, comma), option);
      const auto same = [&](const Assignment& a) { return next.value && a.name == next.name; };
      if (std::any_of(all.begin(), all.end(), same)) {
        throw InputError(option, fmt::format("{}: '{}' is given twice", option, next.name));
      }
      all.push_back(std::move(next));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return all;
}

Bounds parse_bounds(const Assignment& assignment, const std::string& option) {
  const std::size_t colon = assignment.value ? assignment.value->find(':') : std::string::npos;
  if (colon == std::string::npos) {
    throw InputError(option, fmt::format("{}: write {}=LOW:HIGH; either side may be empty", option,
                                         assignment.name));
  }
  const std::string low = assignment.value->substr(0, colon),
                    high = assignment.value->substr(colon + 1);
  Bounds bounds;
  if (!trimmed(low).empty()) bounds.lower = parse_number(low, option);
  if (!trimmed(high).empty()) bounds.upper = parse_number(high, option);
  return bounds;
}

}  // namespace nlsq::command
