// SPDX-License-Identifier: MIT
// Shares of the rows become text on all threads; words are quoted once, not once a row.
#include <fmt/compile.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "digits.hpp"
#include "grouped_data.hpp"
#include "result_table.hpp"
#include "spreadsheet.hpp"

namespace nlsq::command {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// In quotes where a reader would take it for something else: a delimiter, a line end, a comment.
std::string quoted(const std::string& text) {
  const bool plain = text.find_first_of(",;\t\"\r\n#") == std::string::npos &&
                     (text.empty() || (text.front() != ' ' && text.back() != ' '));
  if (plain) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

void append_row(const ResultTable& table, const std::vector<std::vector<std::string>>& words,
                std::size_t row, std::string& out) {
  Digits digits;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const ResultColumn& column = table.columns[c];
    if (c > 0) out += ',';
    switch (column.kind) {
      case ResultColumn::Kind::number:
        if (!std::isnan(column.numbers[row])) out += shortest(column.numbers[row], digits);
        break;
      case ResultColumn::Kind::count:
        fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), column.counts[row]);
        break;
      case ResultColumn::Kind::text:
        out += words[c][static_cast<std::size_t>(column.codes[row])];
        break;
    }
  }
  out += '\n';
}

}  // namespace

std::string to_csv(const ResultTable& table, int threads) {
  constexpr index_t kRowsAPart = 4096;
  std::vector<std::vector<std::string>> words(table.columns.size());
  std::string out;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    for (const std::string& word : table.columns[c].words)
      words[c].push_back(quoted(guarded(word)));
    out += (c > 0 ? "," : "") + quoted(guarded(table.columns[c].name));
  }
  out += '\n';
  const index_t parts = (table.rows + kRowsAPart - 1) / kRowsAPart;
  std::vector<std::string> texts(z(parts));
  for_each_share(threads, parts, [&](index_t from, index_t to) {
    for (index_t part = from; part < to; ++part) {
      const index_t end = std::min(table.rows, (part + 1) * kRowsAPart);
      for (index_t row = part * kRowsAPart; row < end; ++row)
        append_row(table, words, z(row), texts[z(part)]);
    }
  });
  std::size_t size = out.size();
  for (const std::string& text : texts) size += text.size();
  out.reserve(size);
  for (const std::string& text : texts) out += text;
  return out;
}

}  // namespace nlsq::command
