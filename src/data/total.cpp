// SPDX-License-Identifier: MIT
#include "data/total.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace nlsq::data {
namespace {

// More blank lines and comments than these below the rows are not looked through.
constexpr int kMostLines = 100;

}  // namespace

bool is_word_for_total(const std::string& field) {
  constexpr std::array<std::string_view, 14> kWords{
      "total", "totals", "sum", "mean",    "average", "avg", "median",
      "std",   "stdev",  "sd",  "std dev", "sem",     "cv",  "grand total"};
  std::string lower = field;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower.ends_with(':')) lower.pop_back();
  return std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

std::string word_for_total(const Layout& layout, const char* end) {
  const char* begin = layout.data.p;
  for (int i = 0; i < kMostLines && end != begin; ++i) {
    while (end != begin && is_line_end(end[-1])) --end;
    const char* start = end;
    while (start != begin && !is_line_end(start[-1])) --start;
    Record record;
    Cursor at{start, 1};
    if (read_record(at, end, layout.dialect, record)) {
      for (std::size_t j = 0; j < std::min(record.fields.size(), layout.numeric.size()); ++j) {
        if (layout.numeric[j] == 0 && is_word_for_total(record.fields[j])) return record.fields[j];
      }
      return "";
    }
    end = start;
  }
  return "";
}

}  // namespace nlsq::data
