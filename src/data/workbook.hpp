// SPDX-License-Identifier: MIT
// What a workbook of Excel (Office Open XML, ECMA-376 part 1, chapter 18) says beside its cells:
// the names of its sheets, the texts that cells share, and which styles show a number as a date.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/zip.hpp"

namespace nlsq::data {

/// How a style shows a number.
enum class CellStyle : std::uint8_t {
  number,
  date,     ///< a day, perhaps with a time
  clock,    ///< a time of day
  duration  ///< [h]:mm: hours go on beyond a day
};

struct Sheet {
  std::string name;
  std::string part;  ///< the member of the archive with its cells
  bool is_hidden = false;
};

class Workbook {
 public:
  /// Throws DataError for an archive that is damaged or no workbook.
  Workbook(std::string_view bytes, const std::string& source);

  const std::vector<Sheet>& sheets() const { return sheets_; }
  /// The sheet of that name, of that name but for case, or of that number from 1 on. Throws
  /// DataError with the names that are there.
  const Sheet& sheet(const std::string& wanted) const;
  /// The XML of a sheet; `room` keeps it.
  std::string_view cells(const Sheet& sheet, std::string& room) const;
  /// A text that cells share; empty beyond their number.
  std::string_view shared(std::size_t index) const;
  CellStyle style(std::size_t index) const;
  bool counts_from_1904() const { return counts_from_1904_; }
  /// "'a', 'b' and 'c'".
  std::string sheet_names() const;
  [[noreturn]] void refuse(const std::string& what) const { zip_.refuse(what); }

 private:
  void read_sheets();
  void read_shared();
  void read_styles();
  /// The content of a member, empty if it is not there.
  std::string_view part(const std::string& name, std::string& room) const;

  Zip zip_;
  std::string source_;
  std::vector<Sheet> sheets_;
  std::vector<std::string> shared_;
  std::vector<CellStyle> styles_;
  bool counts_from_1904_ = false;
};

/// Whether an archive is a workbook: by the parts in it.
bool is_workbook(std::string_view bytes);

/// What a format such as "dd/mm/yyyy hh:mm" or "0.00" shows.
CellStyle style_of_format(std::string_view format);

}  // namespace nlsq::data
