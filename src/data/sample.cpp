// SPDX-License-Identifier: MIT
#include "data/sample.hpp"

#include <algorithm>
#include <map>

#include "data/form.hpp"
#include "data/look.hpp"
#include "data/number.hpp"
#include "data/total.hpp"

namespace nlsq::data {
namespace {

constexpr std::size_t kMostRecords = 100;
// Where remarks go on and on above the rows.
constexpr std::size_t kMostOfRemarks = 2000;
constexpr std::ptrdiff_t kMostBytes = std::ptrdiff_t{1} << 18;

// Dates are no numbers of a column, and words for missing values are judged where they stand.
Look rough_look_of(const std::string& field) {
  double value = 0;
  if (is_number_of_any_notation(field) || (form_of(field) & kPercent) != 0) return Look::number;
  return classify(field, '.', value) == FieldKind::missing ? Look::missing : Look::text;
}

bool is_any_number(const Record& record) {
  return std::any_of(record.fields.begin(), record.fields.end(), is_number_of_any_notation);
}

bool has_word_for_total(const Record& record) {
  return std::any_of(record.fields.begin(), record.fields.end(), is_word_for_total);
}

// Of equally frequent numbers of fields the largest.
std::size_t usual_size(const std::vector<Record>& records, std::size_t from) {
  std::map<std::size_t, index_t> counts;
  for (std::size_t i = from; i < records.size(); ++i) ++counts[records[i].fields.size()];
  std::size_t best = 0;
  index_t most = 0;
  for (const auto& [size, count] : counts) {
    if (count >= most) best = size;
    most = std::max(most, count);
  }
  return best;
}

// The columns of numbers by the vote of the records from `from` on; false if there are none.
bool vote(Sample& sample, std::size_t from) {
  sample.fields = usual_size(sample.records, from);
  std::vector<index_t> numbers(sample.fields, 0), texts(sample.fields, 0);
  sample.ends_empty = sample.fields > 1;
  for (std::size_t i = from; i < sample.records.size(); ++i) {
    const Record& record = sample.records[i];
    if (record.fields.size() != sample.fields) continue;
    sample.ends_empty = sample.ends_empty && record.fields.back().empty();
    // Lines of units and sums have no vote.
    if (!is_any_number(record) || has_word_for_total(record)) continue;
    for (std::size_t j = 0; j < sample.fields; ++j) {
      const Look look = rough_look_of(record.fields[j]);
      numbers[j] += look == Look::number ? 1 : 0;
      texts[j] += look == Look::text ? 1 : 0;
    }
  }
  sample.numeric.assign(sample.fields, 0);
  for (std::size_t j = 0; j < sample.fields; ++j) sample.numeric[j] = numbers[j] > texts[j] ? 1 : 0;
  return std::find(sample.numeric.begin(), sample.numeric.end(), 1) != sample.numeric.end();
}

Sample gather(Cursor cursor, const char* end, const Dialect& dialect, index_t lines_to_skip,
              std::size_t most) {
  Sample sample;
  const char* stop = cursor.p + std::min(kMostBytes, end - cursor.p);
  Record record;
  bool has_numbers = false;
  while (sample.records.size() < most && cursor.p < stop) {
    Gap gap;
    if (!read_record(cursor, end, dialect, record, &gap)) break;
    if (sample.records.empty()) sample.above = gap;
    if (has_numbers && gap.separates) break;
    has_numbers |= is_any_number(record);
    const bool is_sound = record.closed && record.sound;
    sample.records.push_back(std::move(record));
    if (!is_sound) break;
    if (sample.records.size() == 1) skip_lines(cursor, end, lines_to_skip);
  }
  return sample;
}

}  // namespace

bool Sample::has_usual_size(const Record& record) const {
  const std::size_t size = record.fields.size();
  return size == fields || (ends_empty && size + 1 == fields) ||
         (size == columns() + 1 && record.fields.back().empty());
}

bool Sample::is_row(const Record& record) const {
  return has_usual_size(record) && !has_misplaced_text(record) && has_number(record);
}

bool Sample::has_misplaced_text(const Record& record) const {
  for (std::size_t j = 0; j < std::min(record.fields.size(), numeric.size()); ++j) {
    if (numeric[j] != 0 && rough_look_of(record.fields[j]) == Look::text) return true;
  }
  return false;
}

bool Sample::has_number(const Record& record) const {
  if (!has_usual_size(record)) return false;
  for (std::size_t j = 0; j < std::min(record.fields.size(), numeric.size()); ++j) {
    if (numeric[j] != 0 && rough_look_of(record.fields[j]) == Look::number) return true;
  }
  return false;
}

Sample take_sample(const Cursor& cursor, const char* end, const Dialect& dialect,
                   index_t lines_to_skip) {
  Sample sample;
  for (const std::size_t most : {kMostRecords, kMostOfRemarks}) {
    sample = gather(cursor, end, dialect, lines_to_skip, most);
    const std::size_t n = sample.records.size();
    if (n > 0 && !vote(sample, n / 2)) vote(sample, 0);
    while (sample.first_row < n && !sample.is_row(sample.records[sample.first_row]))
      ++sample.first_row;
    if (sample.first_row < n || n < most) break;
  }
  return sample;
}

void skip_lines(Cursor& cursor, const char* end, index_t lines) {
  for (; lines > 0 && cursor.p != end; --lines, ++cursor.line) cursor.p = next_line(cursor.p, end);
}

bool is_all_text(const Record& record) {
  return std::none_of(record.fields.begin(), record.fields.end(), is_number_of_any_notation);
}

bool is_title(const Record& record) {
  const auto& fields = record.fields;
  return fields.size() > 1 && !fields.front().empty() &&
         std::all_of(fields.begin() + 1, fields.end(),
                     [](const std::string& field) { return field.empty(); });
}

}  // namespace nlsq::data
