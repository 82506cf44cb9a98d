// SPDX-License-Identifier: MIT
// Dates and times as Excel keeps them: days since a day that depends on the file.
#pragma once

#include <string>

#include "data/workbook.hpp"

namespace nlsq::data {

/// "2024-02-27T10:00:00", "10:00:00.5" or, of a duration, "30:15:00": days and their parts as Excel
/// counts them, to the millisecond that it shows. `serial` is not negative and of four-digit years.
std::string serial_moment(double serial, CellStyle style, bool from_1904);

}  // namespace nlsq::data
