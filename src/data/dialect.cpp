// SPDX-License-Identifier: MIT
// Every candidate splits a sample of rows; the most regular and most numeric split wins.
#include "data/dialect.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <vector>

#include "data/form.hpp"
#include "data/number.hpp"

namespace nlsq::data {
namespace {

constexpr int kSampleRows = 100;
// Where the first rows are remarks, hardly a number among them.
constexpr int kManyRows = 2000;
constexpr double kFewNumbers = 0.25;
constexpr std::ptrdiff_t kSampleBytes = std::ptrdiff_t{1} << 18;
constexpr std::array<char, 4> kCandidates{'\t', ';', ',', ' '};

struct Score {
  bool regular = false;
  double numeric = 0;  ///< mean over rows of the share of numbers; 0 for rows of another length

  bool better_than(const Score& other) const {
    return regular != other.regular ? regular : numeric > other.numeric;
  }
};

// A missing value speaks half as loud as a number: runs of tabs or ';' make many empty fields.
double weight(const std::string& field, const Dialect& dialect) {
  double value = 0;
  const FieldKind kind = classify(field, dialect, value);
  if (kind == FieldKind::number || is_number_of_any_notation(field)) return 1;
  return kind == FieldKind::missing ? 0.5 : 0;
}

std::vector<Record> sample(Cursor cursor, const char* end, const Dialect& dialect, int rows) {
  std::vector<Record> records;
  const char* stop = cursor.p + std::min(kSampleBytes, end - cursor.p);
  Record record;
  for (int i = 0; i < rows && cursor.p < stop; ++i) {
    if (!read_record(cursor, end, dialect, record)) break;
    records.push_back(std::move(record));
  }
  return records;
}

// The most frequent number of fields; of equally frequent ones the largest.
std::size_t usual_size(const std::vector<Record>& records) {
  std::map<std::size_t, index_t> counts;
  for (const Record& record : records) ++counts[record.fields.size()];
  std::size_t best = 0;
  index_t most = 0;
  for (const auto& [size, count] : counts) {
    if (count >= most) best = size;
    most = std::max(most, count);
  }
  return best;
}

Score score(const std::vector<Record>& records, const Dialect& dialect) {
  Score out;
  const std::size_t size = usual_size(records);
  if (size < 2) return out;
  out.regular = true;
  for (const Record& record : records) {
    if (record.fields.size() != size || !record.closed) {
      out.regular = false;
      continue;
    }
    double sum = 0;
    for (const std::string& field : record.fields) sum += weight(field, dialect);
    out.numeric += sum / static_cast<double>(size) / static_cast<double>(records.size());
  }
  return out;
}

}  // namespace

char detect_delimiter(const Cursor& start, const char* end, const Dialect& known) {
  char best = ',';
  if (known.decimal == ',') best = ';';
  Score best_score;
  for (const int rows : {kSampleRows, kManyRows}) {
    best_score = {};
    for (const char candidate : kCandidates) {
      if (candidate == known.decimal) continue;
      Dialect dialect = known;
      dialect.delimiter = candidate;
      const Score found = score(sample(start, end, dialect, rows), dialect);
      if (!found.better_than(best_score)) continue;
      best = candidate;
      best_score = found;
    }
    if (best_score.numeric >= kFewNumbers) break;
  }
  return best;
}

}  // namespace nlsq::data
