// SPDX-License-Identifier: MIT
// Rows in files that need not fit into memory: NPY, raw binary numbers, text; one file or several,
// one after another or side by side.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nlsq/data.hpp"
#include "nlsq/rows.hpp"
#include "nlsq/table.hpp"

namespace nlsq {

using SharedRows = std::shared_ptr<const RowSource>;

struct RowFileOptions {
  /// How text is read, and names for columns without.
  ReadOptions read;
  /// Columns that are wanted; empty: all. Of a text others are not kept.
  std::vector<std::string> used;
  /// What a text does with a missing value in a column that is wanted.
  Missing missing = Missing::raise;
  /// Rows with a word for a value (ERROR, <0.5) are left out and counted whatever `missing` says;
  /// false: they are refused as rows with nothing are.
  bool omit_marked = true;
  /// The folder for what a text or a compressed file is unpacked to, in a file without a name, so
  /// that nothing is left of it however the process ends. Empty: TMPDIR, else /var/tmp.
  std::string scratch;
  /// A raw file: names and dtypes ("<f8", "f4", "i2", …) of the numbers of a record; empty: none
  /// is.
  std::vector<std::pair<std::string, std::string>> raw;
  index_t raw_offset = 0;  ///< bytes before the first record
  index_t raw_rows = 0;    ///< records; 0: to the end of the file
};

struct OpenedRows {
  SharedRows rows;
  std::vector<std::string> notes;
  index_t omitted = 0;       ///< rows of a text with missing values
  index_t marked = 0;        ///< of these, rows with a word for a value that were not to be omitted
  std::string first_marked;  ///< where the first of them is: "file:line"
};

/// The files that a pattern with * ? [ ] names, sorted by name; the path itself where it is a file
/// or has none of these. Throws DataError if there is none.
std::vector<std::string> files_of(const std::string& pattern);

/// Whether a file can be read a leaf at a time: a regular file, NPY, text or a compressed one.
bool is_streamable(const std::string& path);

/// Whether this build unpacks "gzip", "zstd" or "deflate" (what is in archives).
bool reads_compressed(std::string_view kind);

/// The first rows of a file: which columns it has and what they are called.
Table read_head(const std::string& path, const RowFileOptions& options = {});

/// The rows of files one after another. Throws DataError where columns differ, a file has no rows
/// or is damaged; IoError where reading or the scratch file fails.
OpenedRows open_rows(const std::vector<std::string>& files, const RowFileOptions& options = {});

/// The rows of sources with the same columns, one after another.
SharedRows rows_joined(std::vector<SharedRows> parts);
/// The columns of sources with the same number of rows, side by side.
SharedRows rows_beside(std::vector<SharedRows> parts);
/// Arrays in memory as a source, to stand beside others; they outlive it.
SharedRows rows_in_memory(std::vector<std::pair<std::string, Values>> columns);

/// Writes columns to a scratch file batch by batch, and is a source then.
class RowSpill {
 public:
  RowSpill(std::vector<std::string> names, const std::string& scratch = {});
  ~RowSpill();
  RowSpill(const RowSpill&) = delete;
  RowSpill& operator=(const RowSpill&) = delete;
  /// As many values of each column. Throws IoError where there is no room.
  void append(std::span<const double* const> columns, index_t rows);
  index_t rows() const;
  /// Ends writing.
  SharedRows finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace nlsq
