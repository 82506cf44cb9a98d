// SPDX-License-Identifier: MIT
// The rarer spellings of a number (leading +, Fortran's D exponent) and of a missing value. Only
// fields that `number_prefix` does not read to their end come here, so nothing in this file is
// tuned for speed.
#include "data/number.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "data/field.hpp"
#include "data/form.hpp"
#include "nlsq/table.hpp"

namespace nlsq::data {
namespace {

constexpr std::array<std::string_view, 8> kMissing{"na",   "n/a",  "#n/a", "nan",
                                                   "null", "none", "-",    "."};
// Longer fields are no Fortran numbers: 767 digits decide any double, Fortran prints 36 at most.
constexpr std::size_t kLongestFortran = 128;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_without_case(std::string_view a, std::string_view lower_b) {
  return std::equal(a.begin(), a.end(), lower_b.begin(), lower_b.end(),
                    [](char x, char y) { return lower(x) == y; });
}

bool is_missing(std::string_view field) {
  return field.empty() || std::any_of(kMissing.begin(), kMissing.end(), [&](std::string_view word) {
           return equal_without_case(field, word);
         });
}

// Quoted fields keep their blanks until here.
std::string_view trimmed(std::string_view field) {
  const std::size_t first = field.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return field.substr(first, field.find_last_not_of(" \t") - first + 1);
}

bool read_whole(std::string_view field, char decimal, double& value) {
  const char* last = field.data() + field.size();
  return !field.empty() && number_prefix(field.data(), last, decimal, value) == last;
}

// "1.0D+03" is read as "1.0e+03".
bool read_fortran(std::string_view field, char decimal, double& value) {
  const std::size_t at = field.find_first_of("dD");
  if (at == std::string_view::npos || at == 0 || field.size() > kLongestFortran) return false;
  std::array<char, kLongestFortran> copy{};
  std::copy(field.begin(), field.end(), copy.begin());
  copy[at] = 'e';
  return read_whole({copy.data(), field.size()}, decimal, value);
}

}  // namespace

FieldKind classify(std::string_view field, char decimal, double& value) {
  field = trimmed(field);
  std::string_view digits = field;
  if (digits.size() > 1 && digits[0] == '+' && digits[1] != '-') digits.remove_prefix(1);
  if (read_whole(digits, decimal, value) || read_fortran(digits, decimal, value)) {
    return std::isnan(value) ? FieldKind::missing : FieldKind::number;
  }
  value = std::numeric_limits<double>::quiet_NaN();
  return is_missing(field) ? FieldKind::missing : FieldKind::text;
}

FieldKind classify(std::string_view field, const Dialect& dialect, double& value) {
  const FieldKind kind = classify(field, dialect.decimal, value);
  if (kind != FieldKind::text) return kind;
  field = trimmed(field);
  if (dialect.thousands != 0 && is_grouped(field, dialect.thousands, dialect.decimal)) {
    std::string digits(field);
    std::erase(digits, dialect.thousands);
    return classify(digits, dialect.decimal, value);
  }
  if (field.size() > 1 && field.back() == '%') {
    field.remove_suffix(1);
    if (classify(field, dialect.decimal, value) == FieldKind::number) return FieldKind::number;
    field = {field.data(), field.size() + 1};
  }
  const bool is_word =
      std::find(dialect.missing.begin(), dialect.missing.end(), field) != dialect.missing.end();
  if (!is_word && !is_mark(field)) return FieldKind::text;
  value = marked_missing();
  return FieldKind::mark;
}

bool is_grouped(std::string_view field, char sign, char decimal) {
  field = trimmed(field);
  const auto digits = [&](std::size_t from) {
    std::size_t at = from;
    while (at < field.size() && field[at] >= '0' && field[at] <= '9') ++at;
    return at - from;
  };
  std::size_t at = !field.empty() && (field[0] == '-' || field[0] == '+') ? 1 : 0;
  const std::size_t lead = digits(at);
  if (lead == 0 || lead > 3 || field[at] == '0') return false;
  at += lead;
  std::size_t groups = 0;
  for (; at < field.size() && field[at] == sign; at += 4, ++groups) {
    if (digits(at + 1) != 3) return false;
  }
  if (at < field.size() && field[at] == decimal) at += 1 + digits(at + 1);
  return groups > 0 && at == field.size();
}

bool is_decimal_comma(std::string_view field) {
  double value = 0;
  return field.find(',') != std::string_view::npos &&
         classify(field, ',', value) == FieldKind::number;
}

bool has_touching_numbers(std::string_view line) {
  if (line.find_first_not_of("0123456789.+-eEdD \t") != std::string_view::npos) return false;
  const auto is_digit = [&](std::size_t i) {
    return i < line.size() && line[i] >= '0' && line[i] <= '9';
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '.' || i == 0 || !is_digit(i - 1)) continue;
    std::size_t at = i + 1;
    while (is_digit(at)) ++at;
    if (at == i + 1 || at >= line.size() || (line[at] != '-' && line[at] != '+')) continue;
    const std::size_t other = at + 1;
    for (at = other; is_digit(at); ++at) {}
    if (at > other && at < line.size() && line[at] == '.' && is_digit(at + 1)) return true;
  }
  return false;
}

}  // namespace nlsq::data
