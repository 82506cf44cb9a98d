// SPDX-License-Identifier: MIT
// What nlsq throws. A caller's mistake is an exception that names the argument and the value; a
// numerical outcome is a status in the result, never an exception. See
// docs/adr/0004-error-kinds.md.
#pragma once

#include <stdexcept>
#include <string>

#include "nlsq/types.hpp"

namespace nlsq {

/// The caller's input is wrong: an option, a shape, a name, a start value. what() is one complete
/// sentence.
class InputError : public std::invalid_argument {
 public:
  /// `argument` is the name of what is wrong ("p0", "bounds", "sigma", …).
  InputError(std::string argument, const std::string& message);
  const std::string& argument() const noexcept { return argument_; }

 private:
  std::string argument_;
};

/// A formula that cannot be read or used. what() shows the formula with a caret under the fault.
class FormulaError : public InputError {
 public:
  /// `position` is a byte offset into `formula`; `message` says what was found and what was
  /// expected.
  FormulaError(std::string formula, index_t position, const std::string& message);
  const std::string& formula() const noexcept { return formula_; }
  index_t position() const noexcept { return position_; }

 private:
  std::string formula_;
  index_t position_;
};

/// A file whose content is wrong. what() starts with `file:line: ` (line 0: the file as a whole).
class DataError : public InputError {
 public:
  DataError(std::string file, index_t line, const std::string& message);
  const std::string& file() const noexcept { return file_; }
  index_t line() const noexcept { return line_; }

 private:
  std::string file_;
  index_t line_;
};

/// Reading or writing failed under way (disk full, connection lost): not the user's input.
class IoError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace nlsq
