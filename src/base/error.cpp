// SPDX-License-Identifier: MIT
// The texts of the exceptions of nlsq/error.hpp.
#include "nlsq/error.hpp"

#include <algorithm>
#include <string_view>

#include "base/printable.hpp"

namespace nlsq {
namespace {

// The line of `formula` that holds `position`, with a caret below it: it stands where the printed
// text before the fault ends.
std::string with_caret(const std::string& formula, index_t position, const std::string& message) {
  const auto at = static_cast<std::size_t>(
      std::clamp<index_t>(position, 0, static_cast<index_t>(formula.size())));
  const std::size_t line_start = at == 0 ? 0 : formula.rfind('\n', at - 1) + 1;
  const std::size_t line_end = std::min(formula.find('\n', at), formula.size());
  const std::size_t window_start = at - line_start > 60 ? at - 60 : line_start;
  const std::string_view shown = std::string_view(formula).substr(
      window_start, std::min(line_end - window_start, std::size_t{120}));
  const std::string before = base::printable(formula.substr(window_start, at - window_start));
  const auto width = std::count_if(before.begin(), before.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  });
  return "formula: " + message + "\n  " + base::printable(shown) + "\n  " +
         std::string(static_cast<std::size_t>(width), ' ') + "^";
}

std::string located(const std::string& file, index_t line, const std::string& message) {
  return line > 0 ? file + ":" + std::to_string(line) + ": " + message : file + ": " + message;
}

}  // namespace

InputError::InputError(std::string argument, const std::string& message)
    : std::invalid_argument(message), argument_(std::move(argument)) {}

FormulaError::FormulaError(std::string formula, index_t position, const std::string& message)
    : InputError("model", with_caret(formula, position, message)),
      formula_(std::move(formula)),
      position_(position) {}

DataError::DataError(std::string file, index_t line, const std::string& message)
    : InputError("data", located(file, line, message)), file_(std::move(file)), line_(line) {}

}  // namespace nlsq
