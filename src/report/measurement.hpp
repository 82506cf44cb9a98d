// SPDX-License-Identifier: MIT
// Numbers with uncertainties as text: the error gets two significant digits, the value ends at the
// same place (JCGM 100:2008, 7.2.6). Outside 1e-4 … 1e7 both share one power of ten.
#pragma once

#include <string>

namespace nlsq::fit_impl {

/// How a number and its relatives are written: mantissa·10^exponent with `last` the place of the
/// last digit.
struct Notation {
  int last = 0;      ///< 10^last is the place of the last digit
  int exponent = 0;  ///< of the common power of ten
  bool scientific = false;
};

/// `error` must be positive and finite.
Notation notation_of(double value, double error);

/// The mantissa of x in this notation, without the power of ten.
std::string mantissa(double x, const Notation& notation);

/// "e+09", or nothing.
std::string power_of_ten(const Notation& notation);

/// The error in this notation; its own short form where the value's 15 digits end before it.
std::string error_text(double error, const Notation& notation);

/// A value without an error: up to `digits` digits.
std::string plain(double value, int digits);

}  // namespace nlsq::fit_impl
