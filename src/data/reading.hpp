// SPDX-License-Identifier: MIT
// One reading of a text: as it stands, or of the table that was found in it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "data/layout.hpp"
#include "data/pieces.hpp"
#include "data/table_impl.hpp"
#include "nlsq/table.hpp"

namespace nlsq::data {

class Reading {
 public:
  /// Throws DataError or TableFault, as does run().
  Reading(std::string_view text, const std::string& source, const ReadOptions& options);

  /// Finds the table in the text (see locate.hpp); with `whole` looks at all of it. False, and
  /// nothing has changed, if none stands out.
  bool locate(bool whole);
  /// Takes the lines above the first row for names and rows as they stand.
  void take_as_it_stands();
  std::unique_ptr<Table::Impl> run(index_t minimum_chunk);
  /// Throws TableFault if a column of numbers in the first rows is text.
  void require_numbers_in(const Table::Impl& table) const;
  const Layout& layout() const { return layout_; }
  /// Behind the last row that was read, or the end of the text.
  const char* end() const { return end_; }
  /// Fields left of the first column of the table.
  index_t side() const { return side_; }

 private:
  bool read_chunks(Table::Impl& table, const std::vector<std::uint8_t>& as_text);
  std::unique_ptr<Table::Impl> read(index_t minimum_chunk);
  void note_total(Table::Impl& table) const;
  void note_blocks(bool ends_early, Table::Impl& table);
  void note_place(Table::Impl& table) const;
  void name_columns(Table::Impl& table);
  void leave_out_from(const char* tail);
  index_t lines_above() const;

  const std::string& source_;
  const ReadOptions& options_;
  Cursor start_;
  const char* text_end_;
  const char* end_;
  int threads_;
  Layout layout_;
  Pieces pieces_;
  bool is_located_ = false;
  index_t side_ = 0;
  const char* tail_ = nullptr;  ///< what is left out below the rows
};

}  // namespace nlsq::data
