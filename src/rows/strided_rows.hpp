// SPDX-License-Identifier: MIT
// Rows in files of fixed form: NumPy's, raw binary ones, those of our own. A panel is a run of
// records of one length in one file, one a row; a column is a number in the records of a panel.
// Row-major arrays are one panel, column-major ones a panel a column.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/npy_reader.hpp"
#include "nlsq/rows.hpp"
#include "rows/row_file.hpp"

namespace nlsq::rows {

struct Panel {
  std::shared_ptr<const RowFile> file;
  index_t offset = 0;  ///< of the first record
  index_t record = 0;  ///< bytes of one
};

struct StridedColumn {
  std::string name;
  std::string kind;  // dtype
  std::size_t panel = 0;
  index_t offset = 0;  ///< in the record
  data::NpyColumn::Convert convert = nullptr;
  bool is_double = false;  ///< as in memory
};

class StridedRows final : public RowSource {
 public:
  StridedRows(index_t rows, std::vector<Panel> panels, std::vector<StridedColumn> columns);
  void read(index_t first, index_t rows, std::span<const index_t> columns,
            std::span<void* const> to) const override;
  std::unique_ptr<RowCursor> open(std::span<const index_t> columns, Walk walk) const override;
  index_t cursor_bytes(index_t columns) const override;
  void gather(std::span<const index_t> firsts, index_t width, std::span<const index_t> columns,
              std::span<void* const> to) const override;
  void check() const override;
  std::string place(index_t row) const override;

 private:
  class Cursor;
  class Reader;

  std::vector<Panel> panels_;
  std::vector<StridedColumn> strided_;
};

}  // namespace nlsq::rows
