// SPDX-License-Identifier: MIT
// Tables from workbooks of Excel: a sheet becomes the text that Excel would export, with dates in
// ISO's form, and is read as any other text, so that titles, units and footers are told apart in
// the same way. Line n of the text is row n of the sheet.
#pragma once

#include <string>
#include <string_view>

#include "nlsq/table.hpp"

namespace nlsq::data {

class Workbook;
struct Sheet;

/// ReadOptions::sheet, else the first sheet that is shown and has cells, with a note if there are
/// more of them.
Table read_workbook(std::string_view bytes, const std::string& source, const ReadOptions& options);

/// Cells between tabs; formulas count by the values that they had when the file was saved, and
/// `without_value` counts those that had none. Empty if there is no cell.
std::string text_of_sheet(const Workbook& book, const Sheet& sheet, index_t& without_value);

}  // namespace nlsq::data
