// SPDX-License-Identifier: MIT
// The lines right above the rows that have as many fields as they, none a number, are names, long
// names and units. A row of units tells which are the names: those above it.
#include "data/names_above.hpp"

#include <algorithm>
#include <cstddef>

#include "data/name_words.hpp"
#include "data/number.hpp"
#include "data/units.hpp"
#include "nlsq/table.hpp"

namespace nlsq::data {
namespace {

constexpr std::size_t kMostLines = 4;

struct Line {
  std::string_view text;
  index_t number = 0;
};

struct Candidate {
  Line line;
  std::vector<std::string> fields;
  bool commented = false;
};

// Lines that end before `row`, the nearest first.
std::vector<Line> lines_above(const Cursor& begin, const Cursor& row) {
  std::vector<Line> lines;
  const char* end = row.p;
  index_t number = row.line;
  while (end != begin.p && lines.size() < 3 * kMostLines) {
    const char* stop = end - 1;
    if (*stop == '\n' && stop != begin.p && stop[-1] == '\r') --stop;
    if (!is_line_end(*stop)) stop = end;
    const char* start = stop;
    while (start != begin.p && !is_line_end(start[-1])) --start;
    --number;
    lines.push_back({{start, static_cast<std::size_t>(stop - start)}, number});
    end = start;
  }
  return lines;
}

// A line between names and rows that has neither: one remark under the columns ("sample 1,,"), or
// units in brackets for some of them.
bool is_remark(std::string_view text, std::size_t fields, const Dialect& dialect) {
  std::vector<std::string> words = split_line(text, dialect);
  if (dialect.blanks()) {
    return !words.empty() && words.size() < fields &&
           std::ranges::all_of(words, [](const std::string& word) {
             return word.size() > 2 && ((word.front() == '[' && word.back() == ']') ||
                                        (word.front() == '(' && word.back() == ')'));
           });
  }
  if (words.size() == fields + 1 && words.back().empty()) words.pop_back();
  const auto filled = std::ranges::count_if(words, [](const auto& word) { return !word.empty(); });
  return fields > 2 && words.size() == fields && filled == 1 && !has_number(words);
}

// Symbols, or names with a unit, as no title has: "y x", "t/s U/V".
bool are_plainly_names(const std::vector<std::string>& fields) {
  return std::ranges::all_of(fields, [](const std::string& field) {
    return !field.empty() && (field.size() <= 2 || nlsq::name_without_unit(field) != field);
  });
}

// The lines right above the rows that may be names, the nearest first.
std::vector<Candidate> candidates_above(const std::vector<Line>& lines, std::size_t fields,
                                        const Dialect& dialect) {
  std::vector<Candidate> out;
  bool are_all_wanted = false;    // above a remark only a name for each column
  bool is_above_remarks = false;  // above comments that name nothing only what is no title
  for (const Line& line : lines) {
    const std::string_view text = dialect.delimiter == '\t' ? line.text : without_blanks(line.text);
    if (without_blanks(text).empty()) continue;
    Candidate candidate{line, {}, begins_with_comment_sign(text, dialect)};
    const std::string_view bare =
        candidate.commented ? without_sign(text, dialect.delimiter) : text;
    if (!without_blanks(bare).empty())
      candidate.fields = names_of(bare, fields, dialect, candidate.commented);
    // Above units names may be numbers: "x-axis,1".
    if (candidate.fields.empty() && !out.empty() && are_units(out.back().fields))
      candidate.fields = numbered_names(bare, fields, dialect);
    if (candidate.fields.empty() && is_remark(bare, fields, dialect)) {
      are_all_wanted = true;
      continue;
    }
    if (candidate.fields.empty() && candidate.commented && out.empty()) {
      is_above_remarks = true;
      continue;
    }
    if (candidate.fields.empty() || out.size() == kMostLines) break;
    if (is_above_remarks && !(candidate.commented && are_plainly_names(candidate.fields))) break;
    if (are_all_wanted && std::ranges::count(candidate.fields, "") > 0) break;
    out.push_back(std::move(candidate));
  }
  return out;
}

// Which of the candidates names the columns.
std::size_t names_among(const std::vector<Candidate>& candidates, std::size_t fields) {
  for (std::size_t i = candidates.size(); i-- > 1;) {
    if (are_units(candidates[i - 1].fields)) return i;
  }
  // Of two columns the lines above may be pairs of a word and its value.
  if (fields <= 2) return 0;
  // Of the others those with the most words, the topmost of several, and no comment.
  std::size_t best = 0;
  const auto rank = [&](std::size_t i) {
    const auto& all = candidates[i].fields;
    const auto words = std::count_if(all.begin(), all.end(),
                                     [](const std::string& field) { return !field.empty(); });
    return 2 * words + (candidates[i].commented ? 0 : 1);
  };
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    if (rank(i) >= rank(best)) best = i;
  }
  return best;
}

// A line of words, set apart as the rows are, that are more or fewer than their fields.
bool names_others(std::string_view text, std::size_t fields, const Dialect& dialect) {
  if (dialect.blanks() || begins_with_comment_sign(without_blanks(text), dialect)) return false;
  std::vector<std::string> names = split_line(text, dialect);
  while (names.size() > 1 && names.back().empty()) names.pop_back();
  // Two words above many columns are a word and its value.
  if (names.size() < 2 || names.size() == fields || names.size() + 1 < fields || has_number(names))
    return false;
  return std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return !name.empty() && name.size() <= 40 && name.find(": ") == std::string::npos &&
           !name.ends_with(':');
  });
}

// Of a table whose first column numbers or names its rows the other columns alone may have names,
// as R writes them, in quotes, and as printed data frames have them, above those columns.
std::vector<std::string> names_but_first(std::string_view names, std::string_view row,
                                         std::size_t fields, const Dialect& dialect) {
  const std::size_t first = names.find_first_not_of(' '), own = row.find_first_not_of(' ');
  if (fields < 2 || first == std::string_view::npos || own == std::string_view::npos) return {};
  const bool in_quotes = names[first] == '"' && row[own] == '"';
  const bool is_above_others = dialect.blanks() && first > 0 && row.find(' ', own) <= first;
  if (!in_quotes && !is_above_others) return {};
  std::vector<std::string> words = split_line(names, dialect);
  if (words.size() + 1 != fields || has_number(words) || std::ranges::count(words, "") > 0)
    return {};
  words.insert(words.begin(), "");
  return words;
}

// The names end with "Start" and "Increment", and the line below holds their values: of an axis
// that counts its rows.
bool find_axis(const std::vector<Line>& lines, std::size_t fields, const Dialect& dialect,
               NamesAbove& above) {
  std::vector<Line> filled;
  for (const Line& line : lines) {
    if (!without_blanks(line.text).empty()) filled.push_back(line);
  }
  if (filled.size() < 2) return false;
  std::vector<std::string> names = split_line(filled[1].text, dialect);
  std::vector<std::string> values = split_line(filled[0].text, dialect);
  while (names.size() > 1 && names.back().empty()) names.pop_back();
  if (values.size() < names.size() || names.size() < fields + 2) return false;
  const std::size_t start = names.size() - 2, step = names.size() - 1;
  if (in_lower_case(names[start]) != "start" || (in_lower_case(names[step]) != "increment"))
    return false;
  if (classify(values[start], dialect, above.axis_start) != FieldKind::number ||
      classify(values[step], dialect, above.axis_step) != FieldKind::number)
    return false;
  names.resize(start);
  values.resize(start);
  if (names.size() != fields) return false;
  above.names = names;
  above.units = values;
  above.names_line = filled[1].number;
  above.units_line = filled[0].number;
  above.line = without_blanks(filled[1].text);
  above.units_text = without_blanks(filled[0].text);
  const bool counts = in_lower_case(names[0]) == "x" || in_lower_case(values[0]) == "sequence";
  above.axis = counts ? NamesAbove::Axis::first_column : NamesAbove::Axis::added;
  if (counts) above.units[0] = "s";
  return true;
}

}  // namespace

std::vector<std::string> names_in(std::string_view line, std::size_t fields,
                                  const Dialect& dialect) {
  const bool commented = begins_with_comment_sign(without_blanks(line), dialect);
  const std::string_view text = commented ? without_sign(line, dialect.delimiter) : line;
  std::vector<std::string> own = split_line(text, dialect);
  while (own.size() > fields && own.back().empty()) own.pop_back();
  if (own.size() == fields) return own;
  return names_of(text, fields, dialect, true);
}

NamesAbove find_names_above(const Cursor& begin, const Cursor& row, const char* end,
                            std::size_t fields, const Dialect& dialect) {
  NamesAbove above;
  const std::vector<Line> lines = lines_above(begin, row);
  if (find_axis(lines, fields, dialect, above)) return above;
  const std::vector<Candidate> candidates = candidates_above(lines, fields, dialect);
  // A unit alone is no name.
  const bool are_bare_units =
      candidates.size() == 1 && fields > 1 && !are_names(candidates.front().fields, fields);
  if (candidates.empty() || are_bare_units) {
    const auto nearest = std::find_if(lines.begin(), lines.end(), [](const Line& line) {
      return !without_blanks(line.text).empty();
    });
    if (nearest == lines.end()) return above;
    const std::string_view row_text(row.p,
                                    static_cast<std::size_t>(find_line_end(row.p, end) - row.p));
    above.names = names_but_first(nearest->text, row_text, fields, dialect);
    if (!above.names.empty()) {
      above.names_line = nearest->number;
      above.line = without_blanks(nearest->text);
      return above;
    }
    above.differ = names_others(nearest->text, fields, dialect);
    return above;
  }
  const std::size_t at = names_among(candidates, fields);
  above.names = candidates[at].fields;
  above.names_line = candidates[at].line.number;
  above.commented = candidates[at].commented;
  above.line = without_blanks(candidates[at].line.text);
  for (std::size_t i = at; i-- > 0;) {
    if (above.units_line != 0 || !are_units(candidates[i].fields)) continue;
    above.units = candidates[i].fields;
    above.units_line = candidates[i].line.number;
    above.units_text = without_blanks(candidates[i].line.text);
  }
  return above;
}

}  // namespace nlsq::data
