// SPDX-License-Identifier: MIT
#include "data/kept_text.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>

#include "data/header.hpp"
#include "data/latin1.hpp"
#include "data/number.hpp"
#include "data/parallel.hpp"

namespace nlsq::data {
namespace {

// Whether a column is one of those whose text is to be kept, by the rule of Table::find but more
// generous: of two that differ in case alone both are, and so are those meant by a name without
// its unit or by a number.
bool is_wanted(const std::string& name, std::size_t column,
               const std::vector<std::string>& wanted) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  const auto same = [&](const std::string& one, const std::string& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [&](char a, char b) { return lower(a) == lower(b); });
  };
  const std::string number = std::to_string(column + 1);
  const std::string bare = name_without_unit(name);
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& other) {
    return same(name, other) || same(bare, other) || other == "$" + number || other == "c" + number;
  });
}

}  // namespace

std::vector<std::uint8_t> columns_to_keep(const Layout& layout, const ReadOptions& options) {
  if (options.keep_text.empty() && !options.melt) return {};
  const auto fields = static_cast<std::size_t>(layout.fields);
  std::vector<std::string> names = !options.columns.empty() ? options.columns
                                   : !layout.names.empty()  ? layout.names
                                                            : default_names(layout.fields);
  std::vector<std::string> ignored;
  complete_names(names, ignored);
  std::vector<std::uint8_t> keep(fields, 0);
  for (std::size_t j = 0; j < std::min(fields, names.size()); ++j)
    keep[j] = is_wanted(names[j], j, options.keep_text) || (options.melt && j == 0) ? 1 : 0;
  return keep;
}

std::vector<std::uint8_t> text_at_once(const std::vector<std::uint8_t>& keep, const Layout& layout,
                                       const char* end) {
  if (keep.empty()) return {};
  Record row;
  Cursor cursor = layout.data;
  if (!read_record(cursor, end, layout.dialect, row)) return {};
  std::vector<std::uint8_t> as_text(keep.size(), 0);
  double value = 0;
  for (std::size_t j = 0; j < std::min(keep.size(), row.fields.size()); ++j) {
    const FieldKind kind = classify(row.fields[j], layout.dialect, value);
    as_text[j] = keep[j] != 0 && (kind == FieldKind::text || kind == FieldKind::mark);
  }
  return as_text;
}

bool add_late_text(const std::vector<std::uint8_t>& keep, const std::vector<ChunkResult>& results,
                   std::vector<std::uint8_t>& as_text) {
  bool late = false;
  for (std::size_t j = 0; j < keep.size(); ++j) {
    if (keep[j] == 0 || as_text[j] != 0) continue;
    const bool found = std::any_of(results.begin(), results.end(), [&](const ChunkResult& r) {
      return !r.text.empty() && (r.text[j].found || r.text[j].marks > 0);
    });
    as_text[j] = found ? 1 : 0;
    late |= found;
  }
  return late;
}

void merge_words(const std::vector<ChunkResult>& results, const std::vector<std::uint8_t>& as_text,
                 int threads, Table::Impl& table) {
  if (std::find(as_text.begin(), as_text.end(), 1) == as_text.end()) return;
  const std::size_t chunks = results.size();
  std::vector<index_t> first(chunks + 1, 0);
  for (std::size_t i = 0; i < chunks; ++i) first[i + 1] = first[i] + results[i].rows;
  table.kept.resize(as_text.size());
  for (std::size_t j = 0; j < as_text.size(); ++j) {
    if (as_text[j] == 0) continue;
    Words words;
    std::vector<std::vector<std::int32_t>> of_chunk(chunks);
    for (std::size_t i = 0; i < chunks; ++i) {
      for (const std::string& word : results[i].words[j].all())
        of_chunk[i].push_back(words.code(word));
    }
    Table::Impl::Kept& kept = table.kept[j];
    kept.words = words.take();
    for (std::string& word : kept.words) {
      if (!is_utf8(word)) word = from_latin1(word);
    }
    kept.codes.resize(static_cast<std::size_t>(table.rows));
    const double* column = table.storage.column(static_cast<index_t>(j));
    run_tasks(threads, static_cast<index_t>(chunks), [&](index_t i) {
      const auto at = static_cast<std::size_t>(i);
      for (index_t row = first[at]; row < first[at + 1]; ++row) {
        kept.codes[static_cast<std::size_t>(row)] =
            of_chunk[at][static_cast<std::size_t>(column[row])];
      }
    });
  }
}

}  // namespace nlsq::data
