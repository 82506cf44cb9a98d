// SPDX-License-Identifier: MIT
// The first field that is no number tells most; the forms of those after it tell 1,500 from 1,5.
#include "data/why_text.hpp"

#include <algorithm>
#include <cctype>

#include "data/form.hpp"
#include "data/times.hpp"

namespace nlsq::data {
namespace {

constexpr unsigned kNumberForms = kDecimalComma | kCommaGroups | kPointGroups | kApostropheGroups |
                                  kDecimalPoint | kPercent | kUnit | kLimit | kCommaEither |
                                  kBlankGroups;

const TextSample& sample_of(const Table::Impl& table, index_t column) {
  return table.text[static_cast<std::size_t>(column)];
}

// Such a column is one of words, in part or not; arrays have no lines.
bool is_kept(const Table::Impl& table, index_t column) {
  const auto at = static_cast<std::size_t>(column);
  return table.first_line == 0 || (at < table.kept.size() && !table.kept[at].codes.empty());
}

std::string in_quotes(const std::string& text) {
  const bool is_plain = std::all_of(
      text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80; });
  return is_plain ? text : "'" + text + "'";
}

// 1,5 and 1,500 and 36,431.13
std::string about_marks(unsigned forms, char decimal) {
  if ((forms & kDecimalPoint) != 0 && decimal == ',')
    return "; the decimal mark is set to a comma, this field has a point";
  if ((forms & kDecimalComma) != 0) return "; if the comma is the decimal mark, use --decimal ,";
  if ((forms & kCommaGroups) != 0) return "; the comma stands between thousands: use --thousands ,";
  if ((forms & kCommaEither) != 0) {
    return "; if the comma stands between thousands, use --thousands , and if it is the decimal "
           "mark, --decimal ,";
  }
  if ((forms & kPointGroups) != 0)
    return "; the point stands between thousands: use --decimal , --thousands .";
  if ((forms & kBlankGroups) != 0)
    return "; the blank stands between thousands: use --thousands space";
  return "; the apostrophe stands between thousands: use --thousands \"'\"";
}

// What stands around the numbers of a column: units above, a total below.
std::string about_place(const Table::Impl& table, index_t column) {
  const TextSample& text = sample_of(table, column);
  if (text.text == table.names[static_cast<std::size_t>(column)]) {
    std::string names;
    for (const std::string& name : table.names) names += (names.empty() ? "" : ",") + name;
    return "; the header comes again in this line: --comment " + in_quotes(table.names.front()) +
           " --columns " + in_quotes(names) + " leaves such lines out";
  }
  if (2 * text.count > table.rows || is_error_token(text.text)) return "";
  const std::string line = std::to_string(text.line);
  if (text.line == table.line(0)) {
    return table.header_line > 0
               ? "; if line " + line + " is a row of units, leave it out with --skip-after-header 1"
               : "; if line " + line + " is no row, leave it out with --skip " + line;
  }
  if (text.count < table.rows && text.line == table.line(table.rows - text.count)) {
    return "; if the rows end above this line, --lines :" + std::to_string(text.line - 1) +
           " reads them alone";
  }
  return "";
}

std::string about_word(const Table::Impl& table, index_t column) {
  if (is_kept(table, column)) return "";
  const TextSample& text = sample_of(table, column);
  if (const std::string place = about_place(table, column); !place.empty()) return place;
  if (2 * text.count > table.rows && !is_error_token(text.text)) return "";
  return "; if it stands for a missing value, --na " + in_quotes(text.text) +
         " says so, and --missing omit leaves such rows out";
}

}  // namespace

TextKind kind_of_text(const Table::Impl& table, index_t column) {
  const TextSample& text = sample_of(table, column);
  if (table.first_line == 0) return TextKind::labels;
  if ((form_of(text.text) & (kDate | kTime)) != 0) return TextKind::dates;
  if (is_kept(table, column)) return TextKind::labels;
  const bool is_number = (form_of(text.text) & kNumberForms) != 0;
  return is_number || 2 * text.count <= table.rows ? TextKind::numbers : TextKind::labels;
}

std::string about_text(const Table::Impl& table, index_t column) {
  const TextSample& text = sample_of(table, column);
  const unsigned first = form_of(text.text);
  const std::string found = "text ('" + text.text + "') where a number belongs";
  if ((first & (kDate | kTime)) != 0) {
    const std::string_view order = open_order_of_date(text.text);
    return ((first & kDate) != 0 ? "dates ('" : "times ('") + text.text +
           "'), and a fit needs numbers" +
           (!order.empty()
                ? "; whether " + std::string(order) + " shows in none of them: write 2022-05-03"
                : "; not all of them are read as such: add a column such as the days or seconds "
                  "since the first one");
  }
  switch (first) {
    case kPercent: return found + "; remove the sign of percent";
    case kUnit: return found + "; remove the unit behind the number";
    case kLimit:
      return found + "; a limit is no value: --na " + in_quotes(text.text) +
             " counts it as missing, and --missing omit leaves such rows out";
    case kWord: return found + about_word(table, column);
    default: return found + about_marks(first == kCommaEither ? text.forms : first, table.decimal);
  }
}

}  // namespace nlsq::data
