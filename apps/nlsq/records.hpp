// SPDX-License-Identifier: MIT
// Rows that come as values with a type (a query, JSON) become a table in the way that text does, so
// that dates, words for missing values and --columns mean the same for all. Row n is line n.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nlsq/table.hpp"

namespace nlsq::command {

class Records {
 public:
  explicit Records(std::string source) : source_(std::move(source)) {}

  void set_names(std::vector<std::string> names) { names_ = std::move(names); }
  void add_missing();
  void add_number(double value);
  void add_whole(std::int64_t value);
  /// Blanks for what would end a line.
  void add_text(std::string_view text);
  void end_row();
  /// Empty lines up to that one, for messages; rows that have no line need none.
  void skip_to_line(index_t line);
  index_t rows() const { return rows_; }

  /// Throws InputError for options about lines of text, DataError if there is no row.
  Table table(ReadOptions options) const;

 private:
  void begin_field();

  std::string source_, text_;
  std::vector<std::string> names_;
  index_t rows_ = 0, lines_ = 0;
  bool is_first_ = true;
};

}  // namespace nlsq::command
