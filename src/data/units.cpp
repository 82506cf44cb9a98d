// SPDX-License-Identifier: MIT
// A list of units with their prefixes, joined by signs and exponents, rather than a grammar: names
// of columns such as "T" or "V" are told from units by the rest of their row.
#include "data/units.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string_view>

#include "nlsq/table.hpp"

namespace nlsq::data {
namespace {

constexpr std::array<std::string_view, 104> kUnits{
    "s",       "sec",   "secs",    "second", "seconds",    "min",      "mins",     "minute",
    "minutes", "h",     "hr",      "hour",   "hours",      "d",        "day",      "days",
    "m",       "meter", "metre",   "g",      "gram",       "A",        "amp",      "amps",
    "ampere",  "K",     "kelvin",  "mol",    "cd",         "Hz",       "hertz",    "N",
    "newton",  "Pa",    "bar",     "psi",    "torr",       "J",        "joule",    "W",
    "watt",    "watts", "V",       "volt",   "volts",      "C",        "F",        "farad",
    "Ohm",     "ohms",  "ohm.m",   "S",      "siemens",    "T",        "tesla",    "H",
    "degC",    "degF",  "deg",     "degree", "degrees",    "rad",      "L",        "l",
    "liter",   "M",     "eV",      "gev",    "cal",        "rpm",      "dB",       "dBm",
    "a.u.",    "au",    "arb.",    "counts", "count",      "cts",      "cps",      "ppm",
    "ppb",     "%",     "percent", "px",     "pixel",      "bits",     "#",        "-",
    "1",       "units", "rfu",     "abs",    "wavenumber", "angstrom", "sequence", "date",
    "text",    "none",  "sr",      "pts",    "yr",         "mo",       "dy",       "mn"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_listed(std::string_view word) {
  const std::string low = lower(word);
  return std::any_of(kUnits.begin(), kUnits.end(), [&](std::string_view unit) {
    return unit == word || (unit.size() > 2 && lower(unit) == low);
  });
}

// µ in UTF-8 (both signs) and Latin-1, Ω, °, Å.
std::string_view without_prefix(std::string_view word) {
  constexpr std::array<std::string_view, 14> kPrefixes{
      "\xC2\xB5", "\xCE\xBC", "\xB5", "da", "k", "M", "G", "T", "m", "u", "n", "p", "f", "c"};
  for (const std::string_view prefix : kPrefixes) {
    if (word.size() > prefix.size() && word.starts_with(prefix)) return word.substr(prefix.size());
  }
  return {};
}

bool is_special(std::string_view word) {
  constexpr std::array<std::string_view, 12> kSigns{"\xCE\xA9",
                                                    "\xE2\x84\xA6",
                                                    "\xC2\xB0",
                                                    "\xB0",
                                                    "\xC2\xB0"
                                                    "C",
                                                    "\xB0"
                                                    "C",
                                                    "\xC2\xB0"
                                                    "F",
                                                    "\xC3\x85",
                                                    "\xC5",
                                                    "\xE2\x84\xAB",
                                                    "\xC2\xB0"
                                                    "K",
                                                    "\xE2\x80\xB0"};
  return std::find(kSigns.begin(), kSigns.end(), word) != kSigns.end();
}

bool is_one_unit(std::string_view word) {
  if (word.empty()) return false;
  if (is_listed(word) || is_special(word)) return true;
  const std::string_view rest = without_prefix(word);
  return !rest.empty() && (is_listed(rest) || is_special(rest)) && rest != "1" && rest != "-";
}

// Without an exponent: cm-1, m^2, s⁻¹.
std::string_view without_exponent(std::string_view word) {
  std::size_t size = word.size();
  const auto is_exponent = [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '^' || c == '+' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  if (is_one_unit(word)) return word;
  while (size > 0 && is_exponent(word[size - 1])) --size;
  return size == 0 ? word : word.substr(0, size);
}

bool are_joined_units(std::string_view text) {
  bool any = false;
  while (!text.empty()) {
    std::size_t at = std::min(text.find_first_of("/* ."), text.size());
    if (at == 0) {
      text.remove_prefix(1);
      continue;
    }
    if (is_one_unit(text)) return true;
    const std::string_view part = text.substr(0, at);
    const std::string_view bare = without_exponent(part);
    if (!is_one_unit(bare) && part != "1") return false;
    any = true;
    text.remove_prefix(at);
  }
  return any;
}

}  // namespace

std::string bare_unit(const std::string& field) {
  const auto inside = [&](char open, char close) {
    return field.size() > 1 && field.front() == open && field.back() == close;
  };
  if (inside('[', ']') || inside('(', ')') || inside('{', '}') || inside('<', '>'))
    return field.substr(1, field.size() - 2);
  return field;
}

bool is_unit(const std::string& field) {
  const std::string bare = bare_unit(field);
  if (bare.empty()) return false;
  if (bare.size() != field.size()) return true;
  if (are_joined_units(bare)) return true;
  // "V vs. Ref.", "mA/cm^2 (geo)"
  const std::size_t blank = bare.find(' ');
  return blank != std::string::npos && bare.find(" vs") == blank &&
         are_joined_units(std::string_view(bare).substr(0, blank));
}

bool are_units(const std::vector<std::string>& fields) {
  bool any = false;
  for (const std::string& field : fields) {
    if (field.empty()) continue;
    if (!is_unit(field)) return false;
    any = true;
  }
  return any;
}

}  // namespace nlsq::data

namespace nlsq {

std::string name_without_unit(const std::string& name) {
  const auto cut = [&](std::size_t at) {
    while (at > 0 && (name[at - 1] == ' ' || name[at - 1] == '_' || name[at - 1] == ',')) --at;
    return at > 0 ? name.substr(0, at) : name;
  };
  if (name.empty()) return name;
  const char last = name.back();
  if (last == ')' || last == ']') {
    const std::size_t open = name.rfind(last == ')' ? '(' : '[');
    return open == std::string::npos ? name : cut(open);
  }
  for (const char* sign : {"/", " in ", ", "}) {
    const std::size_t at = name.rfind(sign);
    if (at == std::string::npos) continue;
    const std::size_t size = std::string_view(sign).size();
    if (data::is_unit(name.substr(at + size))) return cut(at);
  }
  return name;
}

}  // namespace nlsq
