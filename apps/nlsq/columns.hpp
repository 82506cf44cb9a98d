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
  /// "data.csv:12", for messages; "data.npy: row 12" for files without lines.
  std::string place(index_t row) const;

 private:
  std::vector<double> evaluate_model(const Model& model, const std::string& option) const;
  static double constant_value(const Model& model);

  Table table_;
  std::vector<std::string> names_;
  std::deque<std::vector<double>> computed_;
};

}  // namespace nlsq::command
