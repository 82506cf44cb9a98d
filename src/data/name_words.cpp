// SPDX-License-Identifier: MIT
#include "data/name_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "data/form.hpp"
#include "data/names_above.hpp"
#include "data/units.hpp"

namespace nlsq::data {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Pairs such as "(s)" belong to the name before them.
std::vector<std::string> with_brackets_joined(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (const std::string& word : words) {
    const bool is_bracket = word.front() == '(' || word.front() == '[' || word.front() == '/';
    if (is_bracket && !out.empty())
      out.back() += " " + word;
    else
      out.push_back(word);
  }
  return out;
}

std::vector<std::string> split_by(std::string_view text, char delimiter) {
  Dialect dialect;
  dialect.delimiter = delimiter;
  // Signs of comments inside the line are none.
  std::vector<std::string> fields = split_line(text, dialect);
  while (fields.size() > 1 && fields.back().empty()) fields.pop_back();
  return fields;
}

// Fields set apart by two blanks or more.
std::vector<std::string> split_by_wide_blanks(std::string_view text) {
  std::vector<std::string> fields;
  while (!(text = without_blanks(text)).empty()) {
    const std::size_t at = std::min({text.find("  "), text.find('\t'), text.size()});
    fields.emplace_back(text.substr(0, at));
    text.remove_prefix(at);
  }
  return fields;
}

// "x, y, err" between blanks.
void drop_commas(std::vector<std::string>& words) {
  if (words.size() < 2 || words.front().empty()) return;
  const char sign = words.front().back();
  const auto ends_with_sign = [&](const std::string& word) {
    return word.size() > 1 && word.back() == sign;
  };
  if ((sign != ',' && sign != ';') || !std::all_of(words.begin(), words.end() - 1, ends_with_sign))
    return;
  for (auto word = words.begin(); word != words.end() - 1; ++word) word->pop_back();
}

// A split by another delimiter than that of the rows makes names of few words only.
bool are_short(const std::vector<std::string>& fields) {
  constexpr std::size_t kLongest = 25;
  return std::all_of(fields.begin(), fields.end(), [](const std::string& field) {
    return field.size() <= kLongest && field.find(": ") == std::string::npos;
  });
}

bool is_marker_line(std::string_view text) {
  constexpr std::string_view kSigns = ">=<{~+|@&";
  return !text.empty() && kSigns.find(text[0]) != std::string_view::npos;
}

}  // namespace

std::string in_lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view without_sign(std::string_view text, char delimiter) {
  if (text.size() > 1 && text[1] == delimiter && !is_blank(delimiter)) return text;
  std::size_t at = text.find_first_not_of("#%!;*/' \t");
  return at == std::string_view::npos ? std::string_view{} : text.substr(at);
}

bool begins_with_comment_sign(std::string_view text, const Dialect& dialect) {
  if (text.empty()) return false;
  if (!dialect.comment.empty() && text.starts_with(dialect.comment)) return true;
  if (text[0] == dialect.delimiter) return false;
  return std::string_view("#%!;*").find(text[0]) != std::string_view::npos ||
         text.starts_with("//");
}

bool has_number(const std::vector<std::string>& fields) {
  return std::any_of(fields.begin(), fields.end(), is_number_of_any_notation);
}

bool are_names(const std::vector<std::string>& fields, std::size_t wanted) {
  if (fields.size() != wanted || has_number(fields)) return false;
  const std::string& first = *std::find_if(fields.begin(), fields.end() - 1,
                                           [](const std::string& f) { return !f.empty(); });
  if (first.empty() || first.ends_with(':')) return false;
  if (wanted < 2) {  // "0 1023", the channels of the column below
    const std::vector<std::string> words = split_by(first, ' ');
    return !std::ranges::all_of(words, is_number_of_any_notation);
  }
  return std::count_if(fields.begin(), fields.end(),
                       [](const std::string& f) { return !f.empty(); }) > 1;
}

void drop_label_of_names(std::vector<std::string>& fields, std::size_t wanted) {
  constexpr std::array<std::string_view, 8> kLabels{"data",   "columns", "column", "columnlabels",
                                                    "labels", "names",   "fields", "header"};
  if (fields.size() != wanted + 1 || !fields.front().ends_with(':')) return;
  const std::string label = in_lower_case(fields.front().substr(0, fields.front().size() - 1));
  if (std::find(kLabels.begin(), kLabels.end(), label) != kLabels.end())
    fields.erase(fields.begin());
}

std::vector<std::string> names_of(std::string_view text, std::size_t wanted, const Dialect& dialect,
                                  bool commented) {
  if (is_marker_line(text)) return {};
  const auto found = [&](std::vector<std::string> fields) {
    drop_label_of_names(fields, wanted);
    const bool fits = are_names(fields, wanted) || (fields.size() == wanted && are_units(fields));
    return fits ? fields : std::vector<std::string>{};
  };
  std::vector<std::string> own = split_line(text, dialect);
  if (own.empty() && text.size() > 1) {
    // A sign of comments that is a name.
    own = split_line(text.substr(1), dialect);
    if (!own.empty()) own.front() = std::string(text.substr(0, 1));
  }
  if (own.size() == wanted + 1 && own.back().empty()) own.pop_back();
  if (dialect.blanks()) drop_commas(own);
  if (auto fields = found(own); !fields.empty()) return fields;
  for (const char delimiter : {'\t', ';', ','}) {
    if (delimiter == dialect.delimiter || wanted < 2) continue;
    if (auto fields = found(split_by(text, delimiter)); !fields.empty() && are_short(fields))
      return fields;
  }
  if (wanted < 2) return {};
  if (auto fields = found(split_by_wide_blanks(text)); !fields.empty() && are_short(fields))
    return fields;
  // Words are names where nothing else is set apart by the delimiter.
  if (!dialect.blanks() && (!commented || text.find(dialect.delimiter) != std::string_view::npos))
    return {};
  const std::vector<std::string> words = split_by(text, ' ');
  if (auto fields = found(words); !fields.empty()) return fields;
  if (words.empty() || words.front().empty()) return {};
  return found(with_brackets_joined(words));
}

std::vector<std::string> numbered_names(std::string_view text, std::size_t wanted,
                                        const Dialect& dialect) {
  std::vector<std::string> names = split_line(text, dialect);
  if (names.size() == wanted + 1 && names.back().empty()) names.pop_back();
  const auto is_empty = [](const std::string& name) { return name.empty(); };
  if (names.size() != wanted || is_number_of_any_notation(names.front()) ||
      std::any_of(names.begin(), names.end(), is_empty))
    return {};
  return names;
}

}  // namespace nlsq::data
