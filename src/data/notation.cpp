// SPDX-License-Identifier: MIT
// 1,5 has a decimal comma; 36,431.13 and 1,500,000 have commas between thousands; 1,500 may be
// either, and says nothing. What contradicts itself is left as it stands.
#include "data/notation.hpp"

#include <algorithm>
#include <cstddef>

#include "data/form.hpp"
#include "data/number.hpp"

namespace nlsq::data {
namespace {

struct Evidence {
  unsigned forms = 0;
  bool has_point = false;     ///< 1.5, which is no group of three
  std::string comma, groups;  ///< examples
};

void add(const std::string& field, Evidence& evidence) {
  const unsigned form = form_of(field);
  if (form == kDecimalPoint) {
    const std::size_t at = field.find('.');
    evidence.has_point |= at != std::string::npos && !is_grouped(field, '.', ',');
    return;
  }
  if (form == kPercent) return add(field.substr(0, field.size() - 1), evidence);
  constexpr unsigned kGroups = kCommaGroups | kPointGroups | kApostropheGroups | kBlankGroups;
  if ((form & (kDecimalComma | kGroups | kCommaEither)) == 0) return;
  evidence.forms |= form;
  if (form == kBlankGroups && field.find(',') != std::string::npos) evidence.forms |= kDecimalComma;
  if (form == kDecimalComma && evidence.comma.empty()) evidence.comma = field;
  if ((form & kGroups) != 0 && evidence.groups.empty()) evidence.groups = field;
}

bool set_notation(const Evidence& evidence, const ReadOptions& options, Layout& layout) {
  Dialect& dialect = layout.dialect;
  const bool may_be_comma = options.decimal == 0 ? dialect.delimiter != ',' && !evidence.has_point
                                                 : options.decimal == ',';
  const bool has_comma = (evidence.forms & (kDecimalComma | kPointGroups)) != 0;
  const bool has_comma_groups = (evidence.forms & kCommaGroups) != 0;
  bool changed = false;
  if (has_comma && may_be_comma && !has_comma_groups && dialect.decimal != ',') {
    dialect.decimal = ',';
    const std::string& example = evidence.comma.empty() ? evidence.groups : evidence.comma;
    layout.notes.push_back("the comma is read as the decimal mark, as in '" + shortened(example) +
                           "'");
    changed = true;
  }
  if (options.thousands != 0 || evidence.groups.empty()) return changed;
  char sign = 0;
  if (dialect.decimal == '.' && has_comma_groups && !has_comma) sign = ',';
  if (dialect.decimal == ',' && (evidence.forms & kPointGroups) != 0) sign = '.';
  if (sign == 0 && (evidence.forms & kApostropheGroups) != 0) sign = '\'';
  if (sign == 0 && (evidence.forms & kBlankGroups) != 0) sign = ' ';
  if (sign == 0 || sign == dialect.thousands) return changed;
  dialect.thousands = sign;
  layout.notes.push_back(
      (sign == ' ' ? std::string("the blank") : std::string("the sign ") + sign) +
      " in numbers is read as standing between thousands, as in '" + shortened(evidence.groups) +
      "'");
  return true;
}

}  // namespace

void find_notation(const Sample& sample, const ReadOptions& options, Layout& layout) {
  Evidence evidence;
  for (std::size_t i = sample.first_row; i < sample.records.size(); ++i) {
    const Record& record = sample.records[i];
    for (std::size_t j = 0; j < std::min(record.fields.size(), sample.numeric.size()); ++j) {
      if (sample.numeric[j] != 0) add(record.fields[j], evidence);
    }
  }
  set_notation(evidence, options, layout);
}

bool find_late_notation(unsigned forms, const std::string& example, const ReadOptions& options,
                        Layout& layout) {
  Evidence evidence;
  evidence.forms = forms;
  evidence.comma = evidence.groups = example;
  constexpr unsigned kGroups = kCommaGroups | kPointGroups | kApostropheGroups | kBlankGroups;
  if ((forms & kGroups) == 0) evidence.groups.clear();
  if ((forms & ~(kGroups | kDecimalComma | kCommaEither)) != 0) return false;
  return set_notation(evidence, options, layout);
}

}  // namespace nlsq::data
