// SPDX-License-Identifier: MIT
// What a Table holds. Line numbers are a first line plus shifts where blank lines, comments or
// quoted line ends come between rows, so a regular file costs no memory for them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/chunk.hpp"
#include "data/storage.hpp"
#include "nlsq/table.hpp"

namespace nlsq {

struct Table::Impl {
  index_t rows = 0;
  data::Storage storage;
  std::vector<std::string> names;
  /// One a column, or none if every column is numbers. For NPY `text` is the dtype and `line` 0.
  std::vector<data::TextSample> text;
  /// One a column if some are kept as text; without words for the others.
  struct Kept {
    std::vector<std::string> words;
    std::vector<std::int32_t> codes;
  };
  std::vector<Kept> kept;
  /// The line of the first row; 0 if the format has no lines.
  index_t first_line = 0;
  std::vector<data::LineShift> shifts;
  char decimal = '.';
  /// The line of the header; 0 if there is none.
  index_t header_line = 0;
  /// One a column, or none.
  std::vector<std::string> units;
  std::vector<Clock> clocks;
  std::string source;
  std::vector<std::string> notes;

  index_t line(index_t row) const;
};

namespace data {

/// Names the columns (given, found or by default), with notes, and pads the storage.
/// `fallback_note` is said if the names are made up, for example "no header".
void finish_table(Table::Impl& table, std::vector<std::string> found, index_t columns,
                  const ReadOptions& options, const std::string& fallback_note);

}  // namespace data
}  // namespace nlsq
