// SPDX-License-Identifier: MIT
#include "data/look.hpp"

#include <algorithm>

#include "data/form.hpp"
#include "data/number.hpp"

namespace nlsq::data {

Look look_of(const std::string& field) {
  if (field.empty()) return Look::empty;
  double value = 0;
  switch (classify(field, '.', value)) {
    case FieldKind::number: return Look::number;
    case FieldKind::missing:
    case FieldKind::mark: return Look::missing;
    case FieldKind::text: break;
  }
  if (is_number_of_any_notation(field)) return Look::number;
  if (is_error_token(field)) return Look::missing;
  const unsigned form = form_of(field);
  if ((form & kPercent) != 0) return Look::number;
  if ((form & kLimit) != 0) return Look::missing;
  return (form & (kDate | kTime)) != 0 ? Look::time : Look::text;
}

bool is_all_numbers(const Record& record) {
  bool any = false;
  for (const std::string& field : record.fields) {
    const Look look = look_of(field);
    if (look == Look::text || look == Look::time) return false;
    any |= look == Look::number;
  }
  return any;
}

std::size_t filled_size(const Record& record) {
  const std::size_t size = record.fields.size();
  return size - (size > 1 && record.fields.back().empty() ? 1 : 0);
}

}  // namespace nlsq::data
