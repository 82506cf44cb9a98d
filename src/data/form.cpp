// SPDX-License-Identifier: MIT
#include "data/form.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "data/number.hpp"

namespace nlsq::data {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t n = 0;
  while (at + n < text.size() && is_digit(text[at + n])) ++n;
  return n;
}

// The names of months, by their first three letters, of English; other words are no dates.
bool is_month(std::string_view text) {
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (text.size() < 3) return false;
  std::string first(text.substr(0, 3));
  for (char& c : first) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::size_t at = kMonths.find(first);
  return at != std::string_view::npos && at % 3 == 0;
}

// Three groups with the same sign between them, one of which may be a month's name: a year of four
// digits or two, a month, a day. A time may follow.
bool is_date(std::string_view text) {
  std::size_t at = 0;
  char sign = 0;
  for (int part = 0; part < 3; ++part) {
    std::size_t size = digits_at(text, at);
    if (size == 0 && part < 2 && is_month(text.substr(at))) {
      while (at + size < text.size() && std::isalpha(static_cast<unsigned char>(text[at + size])))
        ++size;
    } else if (size == 0 || size > 4) {
      return false;
    }
    at += size;
    if (part == 2) break;
    if (at >= text.size() || std::string_view("-/. ").find(text[at]) == std::string_view::npos)
      return false;
    if (part == 1 && text[at] != sign) return false;
    sign = text[at++];
  }
  return at == text.size() || text[at] == ' ' || text[at] == 'T' || text[at] == '-' ||
         text[at] == '_';
}

// 12:30, 12:30:05.5, 0h 1m59s
bool is_time(std::string_view text) {
  const std::size_t first = digits_at(text, 0);
  if (first == 0 || first >= text.size()) return false;
  if (text[first] == ':') return digits_at(text, first + 1) > 0;
  const bool has_unit = text[first] == 'h' || text[first] == 'm' || text[first] == 'd';
  std::size_t next = first + 1;
  while (next < text.size() && text[next] == ' ') ++next;
  return has_unit && digits_at(text, next) > 0;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_number(std::string_view text, char decimal) {
  double value = 0;
  return classify(trimmed(text), decimal, value) == FieldKind::number;
}

// A field that is filled with one sign: ---, ***, ?, ....
bool is_rule(std::string_view text) {
  return !text.empty() && std::string_view("-*?._").find(text[0]) != std::string_view::npos &&
         text.find_first_not_of(text[0]) == std::string_view::npos;
}

bool is_limit(std::string_view text) {
  if (text.size() < 2 || (text[0] != '<' && text[0] != '>')) return false;
  text.remove_prefix(text[1] == '=' ? 2 : 1);
  return is_number(text, '.') || is_number(text, ',');
}

unsigned grouped_form(std::string_view text) {
  if (is_grouped(text, ',', '.')) return is_decimal_comma(text) ? kCommaEither : kCommaGroups;
  if (is_decimal_comma(text)) return kDecimalComma;
  if (is_number(text, '.')) return kDecimalPoint;
  if (is_grouped(text, '.', ',')) return kPointGroups;
  if (is_grouped(text, ' ', '.') || is_grouped(text, ' ', ',')) return kBlankGroups;
  return is_grouped(text, '\'', '.') || is_grouped(text, '\'', ',') ? unsigned{kApostropheGroups}
                                                                    : 0U;
}

}  // namespace

unsigned form_of(std::string_view field) {
  const std::string_view text = trimmed(field);
  if (const unsigned grouped = grouped_form(text)) return grouped;
  if (is_date(text)) return kDate;
  if (is_time(text)) return kTime;
  if (text.ends_with('%') && is_number_of_any_notation(text.substr(0, text.size() - 1)))
    return kPercent;
  if (is_limit(text)) return kLimit;
  double value = 0;
  const char* end = text.data() + text.size();
  const char* stop = text.empty() ? nullptr : number_prefix(text.data(), end, '.', value);
  const bool has_unit = stop != nullptr && stop != end && is_digit(stop[-1]) &&
                        std::string_view(" \xC2\xB5").find(*stop) != std::string_view::npos;
  return has_unit ? kUnit : kWord;
}

bool is_number_of_any_notation(std::string_view field) {
  return is_number(field, '.') || grouped_form(trimmed(field)) != 0;
}

bool is_error_token(std::string_view field) {
  constexpr std::array<std::string_view, 32> kTokens{
      "error",   "err",    "#div/0!",  "#value!",  "#num!",  "#ref!",     "#name?", "#n/a",
      "#nv",     "#null!", "overflow", "ovrfl",    "ovrflw", "over",      "under",  "n.d.",
      "nd",      "n/d",    "n.a.",     "bdl",      "lod",    "<lod",      ">max",   "undetermined",
      "invalid", "fail",   "failed",   "overload", "ovld",   "saturated", "-nan",   "bad"};
  constexpr std::size_t kLongest = 12;
  const std::string_view text = trimmed(field);
  if (text.empty() || text.size() > kLongest) return is_rule(text);
  std::array<char, kLongest> copy{};
  std::transform(text.begin(), text.end(), copy.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  const std::string_view lower(copy.data(), text.size());
  return is_rule(text) || std::find(kTokens.begin(), kTokens.end(), lower) != kTokens.end();
}

bool is_mark(std::string_view field) {
  // Most words do not begin as marks do.
  constexpr std::string_view kStarts = "#-*?.<>eEoOuUnNbBlLiIfFsS";
  field = trimmed(field);
  if (field.empty() || kStarts.find(field[0]) == std::string_view::npos) return false;
  return is_error_token(field) || is_limit(field);
}

}  // namespace nlsq::data
