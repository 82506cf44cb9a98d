// SPDX-License-Identifier: MIT
// What a field looks like that is no number: a date, a number with a decimal comma or with signs
// between thousands, a number with a unit, a word. Messages about text columns are made of it.
#pragma once

#include <string_view>

namespace nlsq::data {

/// One bit each, so that the forms of a column's fields can be collected.
enum Form : unsigned {
  kDecimalComma = 1U,      ///< 1,5
  kCommaGroups = 2U,       ///< 36,431.13 or 1,500,000
  kPointGroups = 4U,       ///< 36.431,13 or 1.500.000
  kApostropheGroups = 8U,  ///< 1'500
  kDecimalPoint = 16U,     ///< 1.5 where the decimal mark is a comma
  kDate = 32U,             ///< 2023-01-31, 31.1.2023, 1/31/23, with or without a time
  kTime = 64U,             ///< 12:30:05, 0h 1m59s
  kPercent = 128U,         ///< 12.5 %
  kUnit = 256U,            ///< 5 mm
  kLimit = 512U,           ///< <0.5
  kCommaEither = 1024U,    ///< 1,500: kDecimalComma or kCommaGroups
  kWord = 2048U,           ///< anything else
  kBlankGroups = 4096U,    ///< 1 500
};

/// The form of a field that is text; of several possible ones the first above.
unsigned form_of(std::string_view field);

/// Whether a field can be read as a number in some notation: with either decimal mark, with or
/// without signs between thousands.
bool is_number_of_any_notation(std::string_view field);

/// Whether a word stands for a value that could not be measured: ERROR, overflow, #DIV/0!, n.d.,
/// ---, *, …
bool is_error_token(std::string_view field);

/// The same, or a limit such as <0.5.
bool is_mark(std::string_view field);

}  // namespace nlsq::data
