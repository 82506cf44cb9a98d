// SPDX-License-Identifier: MIT
#include "read_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "assignments.hpp"
#include "column_names.hpp"
#include "groups.hpp"
#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

char parse_delimiter(const std::string& text) {
  if (text.empty()) return 0;
  if (text == "tab" || text == "\\t") return '\t';
  if (text == "space" || text == "blank") return ' ';
  if (text.size() == 1) return text[0];
  throw InputError("--delimiter",
                   fmt::format("--delimiter: '{}' is not one character, 'tab' or 'space'", text));
}

void set_lines(const FitArguments& arguments, ReadOptions& options) {
  if (!arguments.skip.empty()) options.skip = parse_count(arguments.skip, "--skip", 0);
  options.skip_after_header = parse_count(arguments.skip_after_header, "--skip-after-header", 0);
  if (arguments.block == "all")
    options.block = ReadOptions::kAllBlocks;
  else if (!arguments.block.empty())
    options.block = parse_count(arguments.block, "--block", 1);
  if (arguments.lines.empty()) return;
  const std::size_t colon = arguments.lines.find(':');
  if (colon == std::string::npos) {
    throw InputError("--lines", fmt::format("--lines: write A:B, A: or :B (lines of the file, from "
                                            "1 on), found '{}'",
                                            arguments.lines));
  }
  const std::string first = arguments.lines.substr(0, colon);
  const std::string last = arguments.lines.substr(colon + 1);
  if (!first.empty()) {
    if (!arguments.skip.empty()) {
      throw InputError("--lines",
                       "--lines and --skip both say where to begin; leave --skip out, or "
                       "write --lines :LAST");
    }
    options.skip = parse_count(first, "--lines", 1) - 1;
  }
  if (last.empty()) return;
  options.last_line = parse_count(last, "--lines", 1);
  if (options.last_line <= options.skip) {
    throw InputError("--lines", fmt::format("--lines {}: the last line comes before the first",
                                            arguments.lines));
  }
}

// The lines of the names, and those of the rows.
void set_places(const FitArguments& arguments, ReadOptions& options) {
  if (!arguments.header.empty()) options.header_line = parse_count(arguments.header, "--header", 0);
  if (arguments.rows.empty()) return;
  const std::size_t colon = arguments.rows.find(':');
  if (colon == std::string::npos || arguments.rows.size() == 1) {
    throw InputError("--rows",
                     fmt::format("--rows: write A:B, A: or :B (the lines of the first and "
                                 "the last row), found '{}'",
                                 arguments.rows));
  }
  const std::string first = arguments.rows.substr(0, colon);
  const std::string last = arguments.rows.substr(colon + 1);
  if (!first.empty()) options.first_row_line = parse_count(first, "--rows", 1);
  if (!last.empty()) options.last_row_line = parse_count(last, "--rows", 1);
  if (!first.empty() && !last.empty() && options.last_row_line < options.first_row_line) {
    throw InputError(
        "--rows", fmt::format("--rows {}: the last line comes before the first", arguments.rows));
  }
  if (!arguments.skip.empty() || !arguments.lines.empty() || !arguments.block.empty()) {
    throw InputError("--rows",
                     "--rows says which lines are rows; leave --skip, --lines and "
                     "--block out");
  }
}

void set_time_unit(const FitArguments& arguments, ReadOptions& options) {
  const std::string& unit = arguments.time_unit;
  if (unit.empty()) return;
  if (unit == "s" || unit == "h" || unit == "d")
    options.time_unit = unit[0];
  else if (unit == "min")
    options.time_unit = 'm';
  else
    throw InputError("--time-unit",
                     fmt::format("--time-unit: '{}' is none of s, min, h and d", unit));
}

void set_words(const FitArguments& arguments, ReadOptions& options) {
  options.comment = arguments.comment;
  if (arguments.thousands == "space" || arguments.thousands == "blank")
    options.thousands = ' ';
  else if (arguments.thousands.size() == 1)
    options.thousands = arguments.thousands[0];
  else if (!arguments.thousands.empty())
    throw InputError("--thousands",
                     fmt::format("--thousands: '{}' is not one character", arguments.thousands));
  for (const std::string& list : arguments.na) {
    for (std::size_t from = 0; from <= list.size();) {
      const std::size_t comma = std::min(list.find(',', from), list.size());
      if (comma > from) options.missing_words.push_back(list.substr(from, comma - from));
      from = comma + 1;
    }
  }
}

}  // namespace

ReadOptions read_options(const FitArguments& arguments) {
  ReadOptions options;
  if (!arguments.columns.empty()) {
    for (const Assignment& item : parse_assignments({arguments.columns}, "--columns")) {
      options.columns.push_back(item.name);
    }
  }
  options.delimiter = parse_delimiter(arguments.delimiter);
  if (!arguments.decimal.empty()) {
    if (arguments.decimal != "." && arguments.decimal != ",") {
      throw InputError("--decimal",
                       fmt::format("--decimal: '{}' is neither '.' nor ','", arguments.decimal));
    }
    options.decimal = arguments.decimal[0];
  }
  set_lines(arguments, options);
  set_places(arguments, options);
  options.melt = arguments.melt;
  options.melt_from = arguments.melt_from;
  options.melt_to = arguments.melt_to;
  options.sheet = arguments.sheet;
  set_time_unit(arguments, options);
  set_words(arguments, options);
  options.keep_text = key_names(arguments.by);
  for (const std::string& where : arguments.where) {
    for (const TextCondition& condition : text_conditions(where))
      options.keep_text.push_back(condition.column);
  }
  if (!arguments.threads.empty()) options.threads = parse_threads(arguments.threads);
  return options;
}

}  // namespace nlsq::command
