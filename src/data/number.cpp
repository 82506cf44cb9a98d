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

bool is_decimal_comma(std::string_view field) {
  double value = 0;
  return field.find(',') != std::string_view::npos &&
         classify(field, ',', value) == FieldKind::number;
}

}  // namespace nlsq::data
