// SPDX-License-Identifier: MIT
// Rows that need not fit into memory: a source hands out the values of its columns a leaf at a
// time, and a fit asks for all of them once a pass. Whatever can tell the values of any run of rows
// is a source: a file, several files as one, a function. The answer has the bits of the same fit of
// arrays in memory.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq {

class RowSource;
class RemoteRows;

/// A column of a source; values are float64 or float32.
struct SourceColumn {
  std::string name = {};
  bool float32 = false;
  std::string kind = {};              ///< in the file, for messages: "<f8", …
  const RowSource* source = nullptr;  ///< set by the source, with `index`
  index_t index = 0;
};

/// How a cursor will be used.
enum class Walk {
  onward,  ///< leaf after leaf: what comes next may be fetched ahead
  here_and_there
};

/// One thread's way through some columns of a source.
class RowCursor {
 public:
  RowCursor() = default;
  virtual ~RowCursor() = default;
  RowCursor(const RowCursor&) = delete;
  RowCursor& operator=(const RowCursor&) = delete;
  /// Sets to[c] to the values of rows first … first+rows−1 (of one leaf at most) of the cursor's
  /// column c, aligned to 64 bytes, the last value repeated to a multiple of 16. They stay until
  /// the next call.
  virtual void lease(index_t first, index_t rows, std::span<const void*> to) = 0;
};

/// Outlives the fits that read from it. Calls may come from several threads at a time.
class RowSource {
 public:
  /// Rows of a leaf, the unit of passes; all but the last are full, and begin at a multiple of it.
  static constexpr index_t kLeafRows = 4096;

  virtual ~RowSource();
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;

  index_t rows() const { return rows_; }
  const std::vector<SourceColumn>& columns() const { return columns_; }
  /// The column of this name. Throws InputError with the nearest one.
  const SourceColumn& column(std::string_view name) const;

  /// Copies rows first … first+rows−1 of columns[c] to to[c]: doubles, or floats where the column
  /// is float32. Throws IoError naming file and offset where reading fails.
  virtual void read(index_t first, index_t rows, std::span<const index_t> columns,
                    std::span<void* const> to) const = 0;
  /// A way through `columns`. The usual one reads a leaf into buffers of its own.
  virtual std::unique_ptr<RowCursor> open(std::span<const index_t> columns, Walk walk) const;
  /// Bytes that such a way allocates.
  virtual index_t cursor_bytes(index_t columns) const;
  /// Copies runs of `width` rows, each from one of `firsts` (ascending) on.
  virtual void gather(std::span<const index_t> firsts, index_t width,
                      std::span<const index_t> columns, std::span<void* const> to) const;
  /// Called before a pass over the rows and when it has ended: throws IoError if they are not what
  /// they were.
  virtual void check() const {}
  /// Where a row is, for messages: a file and a byte or line of it.
  virtual std::string place(index_t row) const;
  /// Whether somebody else could change the rows, so that each pass compares them with the first.
  virtual bool may_change() const { return true; }
  /// Not null: other processes hold the rows and make the passes over them (nlsq/remote_rows.hpp).
  virtual const RemoteRows* remote() const { return nullptr; }

 protected:
  RowSource() = default;
  /// What the source holds; once, by its constructor.
  void set(index_t rows, std::vector<SourceColumn> columns);

 private:
  index_t rows_ = 0;
  std::vector<SourceColumn> columns_;
};

}  // namespace nlsq
