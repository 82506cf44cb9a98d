// SPDX-License-Identifier: MIT
// Fields, lines and records of delimited text (RFC 4180 with lenient ends). A line ends with LF, CR
// LF or CR. A quote counts only at the start of a field; inside, "" is a quote, and delimiters and
// line ends are text. With the delimiter ' ' any run of blanks and tabs separates, and a field that
// starts with # ends the line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq::data {

struct Dialect {
  char delimiter = ',';
  char decimal = '.';
  char thousands = 0;                  ///< stands between groups of three digits; 0: nothing does
  std::string comment{};               ///< lines that start with it are comments, too
  std::vector<std::string> missing{};  ///< further words for a missing value

  bool blanks() const { return delimiter == ' '; }
  /// Whether the line whose first sign is at `p` is a comment.
  bool is_comment(const char* p, const char* end) const {
    if (*p == '#' || (blanks() && (*p == '%' || *p == '!'))) return true;
    return !comment.empty() &&
           std::string_view(p, static_cast<std::size_t>(end - p)).starts_with(comment);
  }
};

inline bool is_line_end(char c) { return c == '\n' || c == '\r'; }

/// Past spaces, and past tabs unless they separate fields.
inline const char* skip_blanks(const char* p, const char* end, char delimiter) {
  while (p != end && (*p == ' ' || (*p == '\t' && delimiter != '\t'))) ++p;
  return p;
}

/// `p` stands on a line end; past it.
inline const char* after_line_end(const char* p, const char* end) {
  const bool two = *p == '\r' && p + 1 != end && p[1] == '\n';
  return p + (two ? 2 : 1);
}

/// The next line end, or `end`.
const char* find_line_end(const char* p, const char* end);

/// The start of the next line, or `end`.
const char* next_line(const char* p, const char* end);

/// Line ends in [p, end).
index_t count_line_ends(const char* p, const char* end);

struct Field {
  std::string_view text;  ///< without blanks and quotes around it
  bool quoted = false;
  bool closed = true;  ///< false: the closing quote is missing
  bool sound = true;   ///< false: something stands between the closing quote and the delimiter
};

/// Reads the field at `p`, which is past leading blanks. Returns the delimiter, line end or `end`
/// that follows it (for blanks: the next field). `buffer` holds the text if quotes in it were
/// doubled.
const char* read_field(const char* p, const char* end, char delimiter, std::string& buffer,
                       Field& field);

/// Where reading stands: a position and its line (1-based).
struct Cursor {
  const char* p;
  index_t line;
};

/// One row as strings, for the few rows that decide the layout.
struct Record {
  Cursor at{nullptr, 0};
  std::vector<std::string> fields;
  bool closed = true;
  bool sound = true;
  std::string_view line;  ///< its first line
};

/// The lines between two rows: blank ones and comments.
struct Gap {
  bool has_blank = false;
  bool separates = false;  ///< two blank lines, or a comment behind a blank one: a block ends here
  index_t blank_line = 0;  ///< the first blank one
  std::string_view comment;  ///< the last of them
};

/// Moves past blank lines and comments to the first field of a row, or to `end`.
Gap skip_gap(Cursor& cursor, const char* end, const Dialect& dialect);

/// Reads the next record that is neither blank nor a comment and moves the cursor past it; false at
/// the end. `gap`, if given, receives what was passed on the way.
bool read_record(Cursor& cursor, const char* end, const Dialect& dialect, Record& record,
                 Gap* gap = nullptr);

/// The fields of one line.
std::vector<std::string> split_line(std::string_view line, const Dialect& dialect);

/// A short form of `text` for messages: one line, at most 40 bytes, whole UTF-8 characters.
std::string shortened(std::string_view text);

}  // namespace nlsq::data
