// SPDX-License-Identifier: MIT
// The columns a fit may use: those of the file and those computed by --expr. Names are looked up
// exactly, then without regard to case.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "nlsq/model.hpp"
#include "nlsq/table.hpp"

namespace nlsq::command {

class ColumnSet {
 public:
  explicit ColumnSet(Table table);

  index_t rows() const { return table_.rows(); }
  const std::vector<std::string>& names() const { return names_; }
  const std::string& name(index_t column) const { return names_[static_cast<std::size_t>(column)]; }
  const Table& table() const { return table_; }
  /// Position of a column; −1 if there is none. Adds a note when only the case differs.
  index_t find(const std::string& name, std::vector<std::string>& notes) const;
  /// The same for what a user calls it: also by its name without the unit, or by its number ($3,
  /// c3).
  index_t find_meant(const std::string& name, std::vector<std::string>& notes) const;
  /// Position of a column. Throws InputError with the nearest name and a list of the columns.
  index_t require(const std::string& name, const std::string& option,
                  std::vector<std::string>& notes) const;
  /// True for a column that holds numbers.
  bool is_numeric(index_t column) const;
  /// What a column of text seems to be.
  TextKind text_kind(index_t column) const;
  /// Throws DataError (file:line) if the column holds text.
  std::span<const double> values(index_t column) const;
  /// Value of an expression of columns in every row. Throws InputError for a name that is no
  /// column.
  std::vector<double> evaluate(const std::string& expression, const std::string& option,
                               std::vector<std::string>& notes) const;
  /// Adds the column that "NAME = EXPRESSION" describes.
  void add(const std::string& definition, std::vector<std::string>& notes);
  /// Adds the column "row", the number of each row, if no column has that name.
  void add_row_numbers();
  /// True for that column.
  bool is_row_number(index_t column) const { return column == row_numbers_; }
  /// The name and, where the file gives one of its own, the unit: for axes.
  std::string label(const std::string& name) const;
  /// "data.csv:12", for messages; "data.npy: row 12" for files without lines.
  std::string place(index_t row) const;

 private:
  std::vector<double> condition_values(const std::string& column, const std::string& text,
                                       bool is_equal, const std::string& option,
                                       std::vector<std::string>& notes) const;
  /// Columns of `names` behind those of this set are in `more`.
  std::vector<double> evaluate_model(const Model& model, const std::string& option,
                                     const std::vector<std::string>& names,
                                     const std::vector<std::vector<double>>& more) const;
  static double constant_value(const Model& model);

  Table table_;
  std::vector<std::string> names_;
  std::deque<std::vector<double>> computed_;
  index_t row_numbers_ = -1;
};

}  // namespace nlsq::command
