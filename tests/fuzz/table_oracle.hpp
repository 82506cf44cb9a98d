// SPDX-License-Identifier: MIT
// An independent, simple reader that judges a table of text: each row is the line that it is said
// to come from, no line between two rows is left out unless it is blank or a comment, and none
// above the first unless it is the header. It knows nothing of quotes, so texts with quotes are not
// judged.
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
 public:
  TableOracle(std::string_view text, const ReadOptions& options) : options_(options) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    lines_.emplace_back();  // lines are counted from 1
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
      lines_.push_back(text.substr(at, end - at));
      at = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
    }
  }

  /// What is wrong with the table, or nothing. A delimiter that is not given may be any of four.
  std::string judge(const Table& table) const {
    if (options_.delimiter != 0) return judge(table, options_.delimiter);
    std::string faults;
    for (const char delimiter : {',', ';', '\t', ' '}) {
      if (delimiter == options_.decimal) continue;
      const std::string fault = judge(table, delimiter);
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

  // NaN for what is missing or text.
  double number(std::string field) const {
    if (field.find_first_of("xXpP(_'") != std::string::npos) return NAN;
    if (options_.thousands != 0) std::erase(field, options_.thousands);
    for (char& c : field) {
      if (c == options_.decimal)
        c = '.';
      else if (c == '.')
        return NAN;
      if (c == 'd' || c == 'D') c = 'e';
    }
    char* end = nullptr;
    const double value = std::strtod(field.c_str(), &end);
    return field.empty() || *end != '\0' ? NAN : value;
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

  std::string judge_row(const Table& table, index_t row,
                        const std::vector<std::string>& fields) const {
    const std::size_t columns = table.names().size();
    std::size_t size = fields.size();
    if (size == columns + 1 && is_missing(fields.back())) --size;
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

  std::string judge(const Table& table, char delimiter) const {
    index_t before = options_.skip;
    int names = 0;
    const bool joined = options_.block == ReadOptions::kAllBlocks;
    for (index_t row = 0; row < table.rows(); ++row) {
      const index_t line = table.line(row);
      const std::string place = "row " + std::to_string(row) + " of line " + std::to_string(line);
      if (line <= before || line >= static_cast<index_t>(lines_.size()))
        return place + " is out of order";
      for (index_t i = before + 1; i < line; ++i) {
        if (is_passed_over(lines_[static_cast<std::size_t>(i)], delimiter)) continue;
        if (row == 0 ? options_.block > 1 || names++ < 1 + options_.skip_after_header : joined)
          continue;
        return "line " + std::to_string(i) + " was left out";
      }
      before = line;
      const std::string fault =
          judge_row(table, row, split(lines_[static_cast<std::size_t>(line)], delimiter));
      if (!fault.empty()) return place + " " + fault;
    }
    return judge_end(table, before, delimiter);
  }

  // Rows that are not read are spoken of.
  std::string judge_end(const Table& table, index_t last, char delimiter) const {
    for (const std::string& note : table.notes()) {
      if (note.find("block") != std::string::npos || note.find("not read") != std::string::npos)
        return "";
    }
    for (std::size_t i = static_cast<std::size_t>(last) + 1; i < lines_.size(); ++i) {
      if (options_.last_line > 0 && static_cast<index_t>(i) > options_.last_line) break;
      if (!is_passed_over(lines_[i], delimiter) && options_.block != ReadOptions::kAllBlocks)
        return "line " + std::to_string(i) + " was left out without a word";
    }
    return "";
  }

  ReadOptions options_;
  std::vector<std::string_view> lines_;
};

/// What is wrong with a table read from `text`, or nothing.
inline std::string judged(const Table& table, std::string_view text, const ReadOptions& options) {
  if (text.find('"') != std::string_view::npos || table.line(0) == 0) return "";
  return TableOracle(text, options).judge(table);
}

}  // namespace nlsq::data
