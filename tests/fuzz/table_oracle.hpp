// SPDX-License-Identifier: MIT
// An independent, simple reader that judges a table of text: each row is the line that it is said
// to come from; no line between two rows is left out unless it is blank, a comment, or the names
// again; lines above and below the rows are left out only if a note tells how many, and no longer
// run of numbers is among them. It knows nothing of quotes, times and axes, so texts
// with quotes, columns of times and computed axes are not judged.
#pragma once

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "nlsq/table.hpp"

namespace nlsq::data {

class TableOracle {
  static constexpr index_t kSettings = 2;  // rows of numbers above a table that may be its settings

 public:
  TableOracle(std::string_view text, const ReadOptions& options) : options_(options) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    lines_.emplace_back();  // lines are counted from 1
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
      std::string_view line = text.substr(at, end - at);
      while (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
      lines_.push_back(line);
      at = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
    }
  }

  /// What is wrong with the table, or nothing. A delimiter that is not given may be any of four.
  std::string judge(const Table& table) {
    learn_marks(table);
    for (const std::string& note : table.notes()) {
      if (holds(note, " since its first") || holds(note, " is Start + Increment ")) return "";
    }
    if (options_.delimiter != 0) return judge_sides(table, options_.delimiter);
    std::string faults;
    for (const char delimiter : {',', ';', '\t', ' '}) {
      if (delimiter == decimal_) continue;
      const std::string fault = judge_sides(table, delimiter);
      if (fault.empty()) return "";
      faults += "\n'" + std::string(1, delimiter) + "': " + fault;
    }
    return faults;
  }

 private:
  static std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
  }

  bool is_passed_over(std::string_view line, char delimiter) const {
    const std::size_t first = line.find_first_not_of(delimiter == '\t' ? " " : " \t");
    if (first == std::string_view::npos) return true;
    line.remove_prefix(first);
    if (line[0] == '#' || (delimiter == ' ' && (line[0] == '%' || line[0] == '!'))) return true;
    return !options_.comment.empty() && line.starts_with(options_.comment);
  }

  std::vector<std::string> split(std::string_view line, char delimiter) const {
    std::vector<std::string> fields;
    if (delimiter != ' ') {
      for (std::size_t at = 0;;) {
        const std::size_t end = std::min(line.find(delimiter, at), line.size());
        fields.emplace_back(trimmed(line.substr(at, end - at)));
        if (end == line.size()) return fields;
        at = end + 1;
      }
    }
    for (std::size_t at = line.find_first_not_of(" \t"); at < line.size() && line[at] != '#';) {
      const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
      fields.emplace_back(line.substr(at, end - at));
      at = std::min(line.find_first_not_of(" \t", end), line.size());
    }
    return fields;
  }

  // NaN for what is missing or text. The marks are those that options give or notes tell.
  double number(std::string field) const {
    if (field.find_first_of("xXpP(_") != std::string::npos) return NAN;
    if (field.size() > 1 && field.back() == '%') {
      field.pop_back();
      field = std::string(trimmed(field));
    }
    if (thousands_ != 0)
      std::erase(field, thousands_);
    else if (field.find('\'') != std::string::npos)
      return NAN;
    for (char& c : field) {
      if (c == decimal_)
        c = '.';
      else if (c == '.')
        return NAN;
      if (c == 'd' || c == 'D') c = 'e';
    }
    char* end = nullptr;
    const double value = std::strtod(field.c_str(), &end);
    return field.empty() || *end != '\0' ? NAN : value;
  }

  static bool holds(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  }

  // The number before `words` in the note that begins with the name of the file.
  static index_t told(const Table& table, const char* words) {
    for (const std::string& note : table.notes()) {
      if (!note.starts_with(table.source() + ": ")) continue;
      const std::size_t at = note.find(words);
      if (at == std::string::npos) return 0;
      const std::size_t from = note.find_last_not_of("0123456789", at - 1);
      return std::atoll(note.c_str() + (from == std::string::npos ? 0 : from + 1));
    }
    return 0;
  }

  // What is said of decimal marks and signs between thousands.
  void learn_marks(const Table& table) {
    decimal_ = options_.decimal != 0 ? options_.decimal : '.';
    thousands_ = options_.thousands;
    for (const std::string& note : table.notes()) {
      if (options_.decimal == 0 && holds(note, "the comma is read as the decimal mark"))
        decimal_ = ',';
      if (options_.thousands == 0 && note.starts_with("the sign ")) thousands_ = note[9];
      if (options_.thousands == 0 && note.starts_with("the blank in")) thousands_ = ' ';
    }
  }

  bool is_named_missing(const std::string& field) const {
    for (const std::string& word : options_.missing_words) {
      if (field == word) return true;
    }
    return false;
  }

  // Of a field behind the last column, which has no name.
  bool is_missing(std::string field) const {
    if (is_named_missing(field)) return true;
    for (char& c : field) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const char* word : {"", ".", "-", "na", "n/a", "#n/a", "nan", "null", "none"}) {
      if (field == word) return true;
    }
    return false;
  }

  // Columns at the left that are left out, the same in all rows: as many as a note tells; else as
  // many as hold no value in any row, at most.
  std::vector<std::size_t> side_columns(const Table& table, char delimiter) const {
    if (delimiter == ' ') return {0};
    for (const std::string& note : table.notes()) {
      if (holds(note, "is left out: column"))
        return {static_cast<std::size_t>(std::atoll(note.c_str() + note.find_last_of(' ')))};
    }
    std::size_t most = SIZE_MAX;
    for (index_t row = 0; row < table.rows(); ++row) {
      const std::vector<std::string> fields = split(line_at(table.line(row)), delimiter);
      const auto filled = std::ranges::find_if_not(
          fields, [&](const std::string& field) { return is_missing(field); });
      most = std::min(most, static_cast<std::size_t>(filled - fields.begin()));
    }
    std::vector<std::size_t> counts;
    for (std::size_t side = 0; side <= most; ++side) counts.push_back(side);
    return counts;
  }

  // Without `side` fields at the left, of which a row behind the settings may have none.
  std::string judge_row(const Table& table, index_t row, std::vector<std::string> fields,
                        std::size_t side, char delimiter) const {
    if (fields.size() >= table.names().size() + side)
      fields.erase(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(side));
    return judge_fields(table, row, fields, delimiter);
  }

  std::string judge_fields(const Table& table, index_t row, const std::vector<std::string>& fields,
                           char delimiter) const {
    const std::size_t columns = table.names().size();
    std::size_t size = fields.size();
    if (size == columns + 1 && is_missing(fields.back())) --size;
    std::vector<std::string> padded;
    if (size + 1 == columns && delimiter == ' ' && has_short_rows(table)) {
      padded = fields;
      padded.emplace_back();
      return judge_fields(table, row, padded, delimiter);
    }
    if (size != columns) return "has " + std::to_string(fields.size()) + " fields";
    for (std::size_t j = 0; j < columns; ++j) {
      const auto column = static_cast<index_t>(j);
      if (table.is_text(column)) continue;
      const double found = table.values(column)[static_cast<std::size_t>(row)];
      const double expected = is_named_missing(fields[j]) ? NAN : number(fields[j]);
      const bool same = std::isnan(expected) ? std::isnan(found)
                                             : std::bit_cast<std::uint64_t>(found) ==
                                                   std::bit_cast<std::uint64_t>(expected);
      if (!same) return "'" + fields[j] + "' was read as " + std::to_string(found);
    }
    return "";
  }

  std::string_view line_at(index_t i) const { return lines_[static_cast<std::size_t>(i)]; }

  // The names again, or the units, which stand above the first row.
  bool is_repeated(index_t line, index_t first_row) const {
    for (index_t i = options_.skip + 1; i < first_row; ++i) {
      if (!line_at(i).empty() && trimmed(line_at(i)) == trimmed(line_at(line))) return true;
    }
    return false;
  }

  // Lines of one number of fields, all numbers, one below the other; the most of them. Two blank
  // lines, or one and a comment, end a run.
  index_t longest_run(index_t from, index_t to, char delimiter) const {
    index_t longest = 0, run = 0, blanks = 0;
    std::size_t size = 0;
    for (index_t i = from; i < to; ++i) {
      if (is_passed_over(line_at(i), delimiter)) {
        const bool is_blank = trimmed(line_at(i)).empty();
        if (blanks > 0) run = 0;
        blanks += is_blank ? 1 : 0;
        continue;
      }
      blanks = 0;
      const std::vector<std::string> fields = split(line_at(i), delimiter);
      bool numbers = fields.size() > 1;
      for (const std::string& field : fields) numbers = numbers && !std::isnan(number(field));
      run = numbers && (run == 0 || fields.size() == size) ? run + 1 : numbers ? 1 : 0;
      size = fields.size();
      longest = std::max(longest, run);
    }
    return longest;
  }

  // With the columns at the left that may have been left out; the first fault of all is told.
  std::string judge_sides(const Table& table, char delimiter) const {
    const index_t last = table.line(table.rows() - 1);
    if (table.line(0) < 1 || last >= static_cast<index_t>(lines_.size())) return "no such lines";
    std::string first;
    for (const std::size_t side : side_columns(table, delimiter)) {
      const std::string fault = judge(table, delimiter, side);
      if (fault.empty()) return "";
      if (first.empty()) first = fault;
    }
    return first;
  }

  std::string judge(const Table& table, char delimiter, std::size_t side) const {
    const index_t first = table.line(0);
    index_t before = options_.skip;
    const bool joined = options_.block == ReadOptions::kAllBlocks;
    const bool is_chosen = options_.block > 1 || joined;
    const index_t above =
        told(table, " lines before the table") + told(table, " line before the table");
    for (index_t row = 0; row < table.rows(); ++row) {
      const index_t line = table.line(row);
      const std::string place = "row " + std::to_string(row) + " of line " + std::to_string(line);
      if (line <= before || line >= static_cast<index_t>(lines_.size()))
        return place + " is out of order";
      index_t unsaid = 0;
      for (index_t i = before + 1; i < line; ++i) {
        if (is_passed_over(line_at(i), delimiter)) continue;
        if (row == 0)  // the names may come again right below themselves, which is said
          unsaid += repeats_names(table) && is_repeated(i, i) ? 0 : 1;
        else if (!joined && !is_repeated(i, first))
          return "line " + std::to_string(i) + " was left out";
      }
      if (row == 0 && !is_chosen && unsaid > 1 + options_.skip_after_header + units(table) + above)
        return "lines above the rows were left out without a word";
      if (row == 0 && !is_chosen &&
          longest_run(before + 1, line, delimiter) > std::max(kSettings, table.rows()))
        return "a longer table above was left out";
      before = line;
      const std::string fault =
          judge_row(table, row, split(line_at(line), delimiter), side, delimiter);
      if (!fault.empty()) return place + " " + fault;
    }
    return judge_end(table, before, delimiter);
  }

  static bool has_short_rows(const Table& table) {
    for (const std::string& note : table.notes()) {
      if (holds(note, "lack the last field")) return true;
    }
    return false;
  }

  static bool repeats_names(const Table& table) {
    return std::ranges::any_of(table.notes(), [](const std::string& note) {
      return holds(note, "the line of the names comes again");
    });
  }

  static index_t units(const Table& table) {
    for (const std::string& note : table.notes()) {
      if (holds(note, "units from line")) return 1;
    }
    return 0;
  }

  // Rows that are not read are spoken of.
  std::string judge_end(const Table& table, index_t last, char delimiter) const {
    for (const std::string& note : table.notes()) {
      if (holds(note, "block") || holds(note, "other rows of numbers")) return "";
    }
    if (options_.block == ReadOptions::kAllBlocks) return "";
    auto end = static_cast<index_t>(lines_.size());
    if (options_.last_line > 0) end = std::min(end, options_.last_line + 1);
    index_t below = 0;
    for (index_t i = last + 1; i < end; ++i) below += is_passed_over(line_at(i), delimiter) ? 0 : 1;
    index_t said = told(table, " after it") + told(table, " line after the table") +
                   told(table, " lines after the table");
    for (index_t i = last + 1; i < end && said < below; ++i)
      said += is_repeated(i, table.line(0)) ? 1 : 0;
    if (below > said) return std::to_string(below) + " lines below were left out without a word";
    if (longest_run(last + 1, end, delimiter) > table.rows())
      return "a longer table below was left out than the " + std::to_string(table.rows()) + " rows";
    return "";
  }

  char decimal_ = '.';
  char thousands_ = 0;
  ReadOptions options_;
  std::vector<std::string_view> lines_;
};

/// What is wrong with a table read from `text`, or nothing.
inline std::string judged(const Table& table, std::string_view text, const ReadOptions& options) {
  const bool is_wide = text.find('\0') != std::string_view::npos;
  const bool is_jcamp = text.find("##") != std::string_view::npos;
  // A mark within a line end: where marks are left out, one line end is left of two.
  const bool has_split_end = text.find("\r\xEF\xBB\xBF\n") != std::string_view::npos;
  if (text.find('"') != std::string_view::npos || table.line(0) == 0 || is_wide || is_jcamp ||
      has_split_end)
    return "";
  return TableOracle(text, options).judge(table);
}

}  // namespace nlsq::data
