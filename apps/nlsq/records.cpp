// SPDX-License-Identifier: MIT
#include "records.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <utility>

#include "nlsq/error.hpp"

namespace nlsq::command {
namespace {

void refuse_options_of_text(const ReadOptions& o, const std::string& source) {
  const std::pair<const char*, bool> given[] = {
      {"--delimiter", o.delimiter != 0},
      {"--decimal", o.decimal != 0},
      {"--thousands", o.thousands != 0},
      {"--skip", o.skip != 0},
      {"--skip-after-header", o.skip_after_header != 0},
      {"--lines", o.last_line != 0},
      {"--rows", o.first_row_line != 0 || o.last_row_line != 0},
      {"--header", o.header_line != ReadOptions::kFindHeader},
      {"--block", o.block != 0},
      {"--comment", !o.comment.empty()},
      {"--sheet", !o.sheet.empty()}};
  for (const auto& [option, is_given] : given) {
    if (is_given)
      throw InputError(option,
                       fmt::format("{} is about lines of a text, which {} is not", option, source));
  }
}

}  // namespace

void Records::begin_field() {
  if (!is_first_) text_ += '\t';
  is_first_ = false;
}

void Records::add_missing() { begin_field(); }

void Records::add_number(double value) {
  begin_field();
  if (std::isfinite(value))
    fmt::format_to(std::back_inserter(text_), "{}", value);
  else
    text_ += std::isnan(value) ? "" : value > 0 ? "inf" : "-inf";
}

void Records::add_whole(std::int64_t value) {
  begin_field();
  fmt::format_to(std::back_inserter(text_), "{}", value);
}

void Records::add_text(std::string_view text) {
  begin_field();
  text_ += '"';
  for (const char c : text) {
    if (c == '"') text_ += '"';
    text_ += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  text_ += '"';
}

void Records::end_row() {
  // A row of one missing value would be an empty line, which is not read as a row.
  if (names_.size() == 1 && (text_.empty() || text_.back() == '\n')) text_ += "\"\"";
  text_ += '\n';
  is_first_ = true;
  ++rows_;
  ++lines_;
}

void Records::skip_to_line(index_t line) {
  for (; lines_ + 1 < line; ++lines_) text_ += '\n';
}

Table Records::table(ReadOptions options) const {
  refuse_options_of_text(options, source_);
  if (rows_ == 0) throw DataError(source_, 0, "there is no row");
  options.delimiter = '\t';
  options.decimal = '.';
  options.header_line = 0;
  options.first_row_line = 1;
  options.last_row_line = lines_;
  if (options.columns.empty()) options.columns = names_;
  return parse_table(text_, source_, options);
}

}  // namespace nlsq::command
