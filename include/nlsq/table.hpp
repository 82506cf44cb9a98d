// SPDX-License-Identifier: MIT
// Tables of named columns read from text (CSV, TSV, blanks), NPY, NPZ and XLSX files.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq {

/// What to do with a missing value (an empty field, NA, N/A, NaN, null, "-"): raise an error that
/// names the line, or omit the row. Judged on the columns a fit uses only, so it is applied by the
/// fit, not by reading.
enum class Missing { raise, omit };

/// The NaN of a field that a word marks as not measured (ERROR, ---, <0.5, ReadOptions'
/// missing_words), in contrast to one that is just empty. Rows with it are left out by a fit that
/// raises for others.
inline double marked_missing() {
  return std::bit_cast<double>(std::uint64_t{0x7FF8'0000'4D41'524B});
}
inline bool is_marked_missing(double value) {
  return std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(marked_missing());
}

/// How the times of a column became numbers: units since a moment.
struct Clock {
  std::string column;
  std::uint8_t kind = 0;  ///< of times in the file, for the reader itself
  bool has_date = false;
  double zero = 0;  ///< seconds since 1970; of times without a date since midnight
  char unit = 's';  ///< 's', 'm', 'h' or 'd'
};

struct ReadOptions {
  /// Names for a file without a header; overrides a header's names when given.
  std::vector<std::string> columns;
  /// 0: found out (',' ';' '\t' or blanks). ' ' means any run of blanks and tabs.
  char delimiter = 0;
  /// '.' or ','; 0: found out.
  char decimal = 0;
  /// Lines skipped at the start.
  index_t skip = 0;
  /// Lines skipped behind the header: units, long names.
  index_t skip_after_header = 0;
  /// The last line that is read; 0: that of the file.
  index_t last_line = 0;
  /// Lines that start with it are comments, like those that start with #; empty: none.
  std::string comment;
  /// The sign between groups of three digits, as in 1,500; 0: found out where nothing else can be
  /// meant.
  char thousands = 0;
  /// Further words for a missing value, such as ERROR, or numbers such as -9999.
  std::vector<std::string> missing_words;
  /// The line that names the columns; 0: none does; −1: found out.
  static constexpr index_t kFindHeader = -1;
  index_t header_line = kFindHeader;
  /// The lines of the first and the last row; 0: found out.
  index_t first_row_line = 0, last_row_line = 0;
  /// What times are given in: 's', 'm' (minutes), 'h' or 'd'; 0: seconds, or days if they span more
  /// than 30 of them.
  char time_unit = 0;
  /// Times in columns of these names count from where those of another table do (Table::clocks).
  std::vector<Clock> clocks;
  /// Make one row of each value: the first column, the name of the value's column ("column") and
  /// the value ("y"). A matrix with labels of rows and columns (a plate) is read so alone.
  bool melt = false;
  /// Of those columns only the ones from the first name to the second, in the order of the file;
  /// empty: all.
  std::string melt_from, melt_to;
  /// Of several blocks of rows, set apart by two blank lines, or by a blank line and comments or
  /// names: 1, 2, … that one; 0 the first, with a note; kAllBlocks joins them.
  index_t block = 0;
  /// Of a workbook (.xlsx) the sheet of this name or number; empty: the first with cells, with a
  /// note.
  std::string sheet;
  static constexpr index_t kAllBlocks = -1;
  /// 0: the default of the machine.
  int threads = 0;
  /// Columns of a text file whose fields are kept if they are text: see Table::text. Names that no
  /// column has do not matter.
  std::vector<std::string> keep_text;
  /// Map a large file into memory instead of reading it, which saves a sixth of the time. If
  /// another program cuts it short meanwhile, this process gets SIGBUS (otherwise read_table throws
  /// IoError).
  bool mapped = false;
};

/// The fields of a text column: the different ones in the order of their first appearance, as they
/// stand in the file (no blanks and quotes around them), and for each row the position of its own.
struct TextColumn {
  std::span<const std::string> words;
  std::span<const std::int32_t> codes;
  std::string_view operator[](index_t row) const {
    return words[static_cast<std::size_t>(codes[static_cast<std::size_t>(row)])];
  }
};

/// What a column of text seems to be: numbers that cannot be read as they stand (units, signs
/// between thousands, a few words), dates or times, or labels.
enum class TextKind { none, numbers, dates, labels };

/// Columns of equal length, each float64 or text. Text keeps its place and line numbers for
/// messages, its fields if ReadOptions::keep_text names it.
class Table {
 public:
  Table();
  ~Table();
  Table(Table&&) noexcept;
  Table& operator=(Table&&) noexcept;

  index_t rows() const;
  const std::vector<std::string>& names() const;
  /// The position of a column: the exact name, else the only one equal without regard to case; −1
  /// if none.
  index_t find(std::string_view name) const;
  /// True when some field of the column is neither a number nor missing.
  bool is_text(index_t column) const;
  TextKind text_kind(index_t column) const;
  /// Values, NaN where missing. Throws DataError (file:line, the text found, why it is text and
  /// what helps) if the column is text.
  std::span<const double> values(index_t column) const;
  /// The fields of a text column. Throws InputError if it holds numbers or was not to be kept.
  TextColumn text(index_t column) const;
  /// The unit of a column as the file gives it in a line of its own, or that of times; empty: none.
  const std::string& unit(index_t column) const;
  /// How columns of times were read.
  const std::vector<Clock>& clocks() const;
  /// The line of the file that holds row `row` (1-based), for messages; 0 if the format has no
  /// lines.
  index_t line(index_t row) const;
  /// True when names of columns stand in the file, above the rows.
  bool has_header() const;
  /// Where it came from, for messages ("-" is "standard input").
  const std::string& source() const;
  /// Notes for the user about what was assumed (e.g. "no header: columns are named x, y").
  const std::vector<std::string>& notes() const;
  void add_note(const std::string& note);

  struct Impl;
  explicit Table(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// The name of a column without a unit at its end: "Time" of "Time (s)", "freq" of "freq/Hz", "U"
/// of "U [V]"; the name itself if it has none.
std::string name_without_unit(const std::string& name);

/// Reads `path` ("-": standard input) as NPY, NPZ (arrays of one length; text in them is kept) or a
/// workbook of Excel (.xlsx) if it starts as they do, else as text. Workbooks and compressed NPZ
/// need zlib.
/// Throws DataError: missing file (nearest name in its folder), empty, ragged row (line, fields
/// found and expected), a sheet that is not there (those that are), known other formats (parquet,
/// hdf5, …: what to do instead); IoError when reading fails.
Table read_table(const std::string& path, const ReadOptions& options = {});

/// The same for text or NPY bytes already in memory; `source` names them in messages.
Table parse_table(std::string_view bytes, const std::string& source,
                  const ReadOptions& options = {});

}  // namespace nlsq
