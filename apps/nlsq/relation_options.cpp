// SPDX-License-Identifier: MIT
#include "relation_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "assignments.hpp"
#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

constexpr std::array<std::string_view, 3> kPlusMinus{"+-", "+/-", "±"};

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

// NAME=REST. An expression may hold commas, so an option gives one item.
std::pair<std::string, std::string> split(const std::string& text, const char* option,
                                          const char* form) {
  const std::size_t equal = text.find('=');
  std::pair<std::string, std::string> parts;
  if (equal != std::string::npos)
    parts = {trimmed(std::string_view(text).substr(0, equal)),
             trimmed(std::string_view(text).substr(equal + 1))};
  if (parts.first.empty() || parts.second.empty())
    throw InputError(option, fmt::format("{}: '{}': write {}", option, text, form));
  return parts;
}

template <class Map, class Value>
void add(Map& map, const std::string& name, Value value, const char* option) {
  if (!map.emplace(name, std::move(value)).second)
    throw InputError(option, fmt::format("{}: '{}' is given twice", option, name));
}

Prior parse_prior(const std::string& name, const std::string& text) {
  for (const std::string_view sign : kPlusMinus) {
    const std::size_t at = text.find(sign);
    if (at == std::string::npos) continue;
    return {parse_finite(text.substr(0, at), "--prior"),
            parse_finite(text.substr(at + sign.size()), "--prior")};
  }
  throw InputError("--prior", fmt::format("--prior: '{}={}' has no uncertainty; write "
                                          "{}=VALUE+-SIGMA",
                                          name, text, name));
}

}  // namespace

void set_relations(const FitArguments& arguments, FitOptions& options) {
  for (const std::string& text : arguments.tie) {
    auto [name, expression] = split(text, "--tie", "NAME=EXPRESSION, as 'b=2*a'");
    add(options.ties, name, std::move(expression), "--tie");
  }
  for (const std::string& text : arguments.prior) {
    const auto [name, value] = split(text, "--prior", "NAME=VALUE+-SIGMA, as 'k=1.2+-0.1'");
    add(options.priors, name, parse_prior(name, value), "--prior");
  }
  for (const std::string& text : arguments.derive) {
    auto [name, expression] = split(text, "--derive", "NAME=EXPRESSION, as 'fwhm=2.3548*s'");
    // clang 14 captures no structured binding by reference.
    const bool twice =
        std::any_of(options.derived.begin(), options.derived.end(),
                    [&own = name](const DerivedQuantity& d) { return d.name == own; });
    if (twice) throw InputError("--derive", fmt::format("--derive: '{}' is given twice", name));
    options.derived.push_back({name, std::move(expression)});
  }
}

}  // namespace nlsq::command
