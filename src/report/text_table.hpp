// SPDX-License-Identifier: MIT
// Aligned text for a terminal: tables whose width counts characters, not bytes, and wrapped
// sentences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nlsq::fit_impl {

/// Terminal styles; plain text when colour is off.
class Styles {
 public:
  explicit Styles(bool color) : color_(color) {}
  std::string strong(const std::string& text) const { return apply(text, "1"); }
  std::string good(const std::string& text) const { return apply(text, "1;32"); }
  std::string bad(const std::string& text) const { return apply(text, "1;31"); }
  std::string apply(const std::string& text, const char* code) const;
  const char* warning_code() const { return "33"; }

 private:
  bool color_;
};

struct Cell {
  std::string text;
  const char* style = nullptr;                                 ///< a code of Styles
  Cell(std::string cell_text) : text(std::move(cell_text)) {}  // NOLINT: cells are text
  Cell(const char* cell_text) : text(cell_text) {}             // NOLINT
};

/// Columns two blanks apart; `alignment` holds one letter a column: l left, r right, j left and one
/// blank nearer.
class TextTable {
 public:
  TextTable(std::vector<Cell> heading, std::string alignment);
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  /// The table, trailing blanks removed. Where it is wider than `most`, column `optional` (−1:
  /// none) is left out, and a cell of the last column `below` (−1: none) that does not fit moves to
  /// a line of its own.
  std::string text(const Styles& styles, std::size_t most, int below = -1, int optional = -1) const;

 private:
  std::vector<std::size_t> widths() const;
  std::string line(const std::vector<Cell>& row, const std::vector<std::size_t>& widths,
                   const Styles& styles, const std::vector<bool>& hidden) const;

  std::vector<Cell> heading_;
  std::string alignment_;
  std::vector<std::vector<Cell>> rows_;
};

/// Characters of UTF-8 text.
std::size_t width_of(std::string_view text);

/// At most `most` characters, the middle replaced by '…'.
std::string shortened(const std::string& text, std::size_t most);

/// Lines of at most `width` characters, broken at blanks, else behind operators; all but the first
/// indented.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent);

}  // namespace nlsq::fit_impl
