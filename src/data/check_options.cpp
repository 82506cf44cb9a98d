// SPDX-License-Identifier: MIT
// Options of reading that make no sense.
#include <cctype>
#include <string>
#include <string_view>

#include "data/field.hpp"
#include "data/layout.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

void check_marks(const ReadOptions& options) {
  if (options.decimal != 0 && options.decimal != '.' && options.decimal != ',') {
    throw InputError("decimal",
                     std::string("decimal is '") + options.decimal + "'; it must be '.' or ','");
  }
  const char t = options.thousands;
  if (t == 0) return;
  if (t == (options.decimal != 0 ? options.decimal : '.')) {
    throw InputError("thousands", std::string("'") + t +
                                      "' cannot be both the decimal mark and the sign between "
                                      "thousands");
  }
  if (std::string_view(",.'_ ").find(t) == std::string_view::npos) {
    throw InputError("thousands",
                     std::string("thousands is '") + t + "'; it must be one of , . ' _ or a blank");
  }
}

void check_count(index_t value, const char* name) {
  if (value >= 0) return;
  throw InputError(
      name, std::string(name) + " is " + std::to_string(value) + "; it must not be negative");
}

}  // namespace

void check_options(const ReadOptions& options) {
  check_marks(options);
  check_count(options.skip, "skip");
  check_count(options.skip_after_header, "skip_after_header");
  check_count(options.last_line, "last_line");
  check_count(options.first_row_line, "first_row_line");
  check_count(options.last_row_line, "last_row_line");
  if (options.header_line != ReadOptions::kFindHeader)
    check_count(options.header_line, "header_line");
  if (options.time_unit != 0 &&
      std::string_view("smhd").find(options.time_unit) == std::string_view::npos) {
    throw InputError("time_unit", std::string("time_unit is '") + options.time_unit +
                                      "'; it must be 's', 'm', 'h' or 'd'");
  }
  if (options.block != ReadOptions::kAllBlocks) check_count(options.block, "block");
  const char d = options.delimiter;
  if (d == 0) return;
  if (d == (options.decimal != 0 ? options.decimal : '.')) {
    throw InputError("delimiter",
                     std::string("'") + d + "' cannot be both the delimiter and the decimal mark");
  }
  const bool in_fields = std::isalnum(static_cast<unsigned char>(d)) != 0 ||
                         std::string_view("+-.\"#\r\n").find(d) != std::string_view::npos;
  if (in_fields) {
    throw InputError("delimiter",
                     "delimiter is " +
                         (is_line_end(d) ? "a line end" : std::string("'") + d + "'") +
                         "; it must be ',', ';', a tab, ' ' (any run of blanks) or another sign "
                         "that no number contains");
  }
}

}  // namespace nlsq::data
