// SPDX-License-Identifier: MIT
// One number of a text table. Wraps fast_float, which rounds correctly (Lemire 2021) but stops at
// the D of a Fortran exponent, refuses a leading +, and reports a number too large for a double
// differently from version to version. Here too large is ±inf and too small is a subnormal or ±0,
// as strtod has it. Thread-safe.
#pragma once

#include <string_view>
#include <system_error>

#include <fast_float/fast_float.h>

namespace nlsq::data {

struct Dialect;

/// What a whole field holds. A mark is a word for a value that could not be measured.
enum class FieldKind { number, missing, mark, text };

/// Whether two numbers touch in a line of nothing else, as in columns of a fixed width that are too
/// narrow: "5.000-11000.000".
bool has_touching_numbers(std::string_view line);

/// Reads the longest number at the start of [first, last) and returns where it ends; null if there
/// is none. Knows inf and nan in any case, but no leading + and no Fortran exponent: those go
/// through `classify`.
inline const char* number_prefix(const char* first, const char* last, char decimal, double& value) {
  const fast_float::parse_options options(fast_float::chars_format::general, decimal);
  const auto result = fast_float::from_chars_advanced(first, last, value, options);
  // NOTE: newer versions of fast_float say result_out_of_range, with the value already ±inf or ±0.
  const bool read = result.ec == std::errc() || result.ec == std::errc::result_out_of_range;
  return read ? result.ptr : nullptr;
}

/// The meaning of a whole field; blanks around it do not count; `value` is NaN unless it is a
/// number. Missing: an empty field, NA, N/A, #N/A, NaN, null, none (any case), "-" and ".".
FieldKind classify(std::string_view field, char decimal, double& value);

/// The same with what a dialect knows beyond its decimal mark: the sign between thousands, words
/// for a missing value (marks: their `value` is marked_missing()), and a sign of percent behind a
/// number.
FieldKind classify(std::string_view field, const Dialect& dialect, double& value);

/// True for "1,5" and the like: a number once its only comma is read as the decimal mark.
bool is_decimal_comma(std::string_view field);

/// True for "1,500" and "36,431.130" with the sign ',': groups of three digits and at most a
/// fraction.
bool is_grouped(std::string_view field, char sign, char decimal);

}  // namespace nlsq::data
