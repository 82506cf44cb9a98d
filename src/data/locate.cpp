// SPDX-License-Identifier: MIT
// The head of the text is looked at first: where a run goes on beyond it, that is the table, and
// its end shows when it is read. Only a text whose head has no such run is looked at whole.
#include "data/locate.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "data/header.hpp"
#include "data/number.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

constexpr std::array<char, 4> kDelimiters{'\t', ';', ',', ' '};
constexpr std::array<std::ptrdiff_t, 3> kHeads{std::ptrdiff_t{1} << 13U, std::ptrdiff_t{1} << 15U,
                                               std::ptrdiff_t{1} << 18U};
// So many rows at the end of the head are a table that goes on.
constexpr index_t kManyRows = 20;
// Fewer are a table only if they are all there is.
constexpr index_t kFewRows = 3;
// One run is like another if it has this part of its numbers, or, with as many fields, of its rows.
constexpr index_t kLikeNumbers = 2;
constexpr index_t kLikeRows = 10;

// Numbers, less where text stands among them.
index_t strength(const Run& run) {
  const auto values = static_cast<index_t>(run.values), fields = static_cast<index_t>(run.fields);
  return run.rows * values * values / fields;
}

// A column of words and one of values may be a list of settings.
bool is_full(const Run& run) { return run.rows >= kFewRows && (run.values > 1 || run.fields == 1); }

struct Choice {
  std::vector<Run> runs;
  std::vector<std::size_t> tables;  ///< runs that may be the table
  std::size_t best = 0;             ///< the strongest of them
  double score = 0;                 ///< its rows, as far as they are numbers
};

Choice choose(std::vector<Run> runs) {
  Choice choice;
  const bool any_full = std::any_of(runs.begin(), runs.end(), is_full);
  bool is_first = true;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    // A number or two in lines of their own are no table.
    const bool is_alone = runs[i].fields == 1 && runs[i].rows < kFewRows;
    if (runs[i].values == 0 || is_alone || (any_full && !is_full(runs[i]))) continue;
    choice.tables.push_back(i);
    if (is_first || strength(runs[i]) > strength(runs[choice.best])) choice.best = i;
    is_first = false;
  }
  if (!choice.tables.empty()) {
    const Run& best = runs[choice.best];
    const auto numbers = static_cast<double>(best.numbers);
    choice.score = numbers * numbers / static_cast<double>(best.numbers + best.texts);
    // One field of several numbers is the worst way to split a line.
    if (best.fields == 1) choice.score /= 4;
  }
  choice.runs = std::move(runs);
  return choice;
}

// The best way to split the lines from `begin` to `stop`.
Choice look_at(const Cursor& begin, const char* stop, const char* end, Dialect& dialect) {
  if (dialect.delimiter != 0) return choose(find_runs(begin, stop, end, dialect));
  Choice best;
  char delimiter = ',';
  for (const char candidate : kDelimiters) {
    if (candidate == dialect.decimal) continue;
    Dialect own = dialect;
    own.delimiter = candidate;
    Choice choice = choose(find_runs(begin, stop, end, own));
    if (!(choice.score > best.score)) continue;
    best = std::move(choice);
    delimiter = candidate;
  }
  dialect.delimiter = delimiter;
  return best;
}

std::string lines_of(const Run& run) {
  const std::string first = std::to_string(run.begin.line);
  return run.rows == 1 ? "line " + first
                       : "lines " + first + " to " + std::to_string(run.last_line);
}

bool is_like(const Run& run, const Run& best) {
  if (kLikeNumbers * strength(run) >= strength(best)) return true;
  return run.fields == best.fields && run.values == best.values && run.rows >= kFewRows &&
         kLikeRows * run.rows >= best.rows;
}

// Whether something between runs `a` and `b` (a < b) has the property.
template <typename Property>
bool between(const Choice& choice, std::size_t a, std::size_t b, Property has) {
  return std::any_of(choice.runs.begin() + static_cast<std::ptrdiff_t>(a) + 1,
                     choice.runs.begin() + static_cast<std::ptrdiff_t>(b) + 1, has);
}

bool is_set_apart(const Run& run) { return run.behind_blank || run.behind_gap; }
bool is_named_apart(const Run& run) { return run.behind_text || run.behind_gap; }

// A line of numbers among the rows that is no row: it is at fault, and no table is cut there.
bool is_broken(const Choice& choice, std::size_t table) {
  const Run& own = choice.runs[table];
  for (std::size_t i = 0; i < choice.runs.size(); ++i) {
    if (i == table) continue;
    const bool is_bare = !between(choice, std::min(i, table), std::max(i, table), is_named_apart);
    if (is_bare && (i == table + 1 || choice.runs[i].fields == own.fields)) return true;
  }
  return false;
}

[[noreturn]] void refuse_two(const Choice& choice, const std::vector<std::size_t>& like,
                             const std::string& source) {
  constexpr std::size_t kMostNamed = 4;
  std::string named, rows;
  for (std::size_t k = 0; k < std::min(like.size(), kMostNamed); ++k) {
    const Run& run = choice.runs[like[k]];
    const bool is_last = k + 1 == std::min(like.size(), kMostNamed);
    named += (k == 0    ? ""
              : is_last ? " and "
                        : ", ") +
             lines_of(run) + " (" + counted(run.rows, "row") + " of " +
             counted(static_cast<index_t>(run.fields), "field") + ")";
    rows += (k == 0    ? ""
             : is_last ? " or "
                       : ", ") +
            std::string("--rows ") + std::to_string(run.begin.line) + ":" +
            std::to_string(run.last_line);
  }
  if (like.size() > kMostNamed) named += ", …";
  throw DataError(
      source, choice.runs[like.front()].begin.line,
      std::to_string(like.size()) + " tables of like size stand in this file, " + named +
          "; choose one with " + rows + ", or with --block 1, --block 2, …" +
          (choice.runs[like[0]].fields == choice.runs[like[1]].fields ? "; --block all joins them"
                                                                      : ""));
}

std::vector<std::size_t> like_best(const Choice& choice) {
  std::vector<std::size_t> like;
  for (const std::size_t i : choice.tables) {
    if (is_like(choice.runs[i], choice.runs[choice.best])) like.push_back(i);
  }
  return like;
}

// Whether nothing but the names and units of the table above stands between two runs.
bool is_continued(const Run& upper, const Run& lower, const NamesAbove& above) {
  if (upper.fields != lower.fields || above.names.empty()) return false;
  for (const char* p = upper.end; p < lower.begin.p; p = next_line(p, lower.begin.p)) {
    const char* first = p;
    const char* stop = find_line_end(p, lower.begin.p);
    while (first != stop && (*first == ' ' || *first == '\t')) ++first;
    while (stop != first && (stop[-1] == ' ' || stop[-1] == '\t')) --stop;
    const std::string_view line(first, static_cast<std::size_t>(stop - first));
    if (!line.empty() && line != above.line && line != above.units_text) return false;
  }
  return true;
}

// Runs that the names come between, as on the pages of a listing, are one.
void join_pages(Choice& choice, const Cursor& begin, const Dialect& dialect) {
  const std::vector<std::size_t> like = like_best(choice);
  if (like.size() < 2) return;
  Run& first = choice.runs[like.front()];
  const NamesAbove above = find_names_above(begin, first.begin, first.end, first.fields, dialect);
  for (std::size_t k = 1; k < like.size(); ++k) {
    const Run& next = choice.runs[like[k]];
    if (next.behind_gap || next.behind_blank || like[k] != like[k - 1] + 1 ||
        !is_continued(choice.runs[like[k - 1]], next, above))
      return;
  }
  const Run& last = choice.runs[like.back()];
  first.end = last.end;
  first.last_line = last.last_line;
  first.open = last.open;
  for (std::size_t k = 1; k < like.size(); ++k) first.rows += choice.runs[like[k]].rows;
  choice.runs.erase(choice.runs.begin() + static_cast<std::ptrdiff_t>(like[1]),
                    choice.runs.begin() + static_cast<std::ptrdiff_t>(like.back()) + 1);
  choice = choose(std::move(choice.runs));
}

// The run that options.block names, or the first of those that are set apart by blank lines and
// like the strongest; none if there are fewer blocks, or the rows are broken by a line of numbers.
std::optional<std::size_t> table_of(const Choice& choice, const std::string& source,
                                    const ReadOptions& options) {
  if (options.block > 0) {
    if (options.block <= static_cast<index_t>(choice.tables.size()))
      return choice.tables[static_cast<std::size_t>(options.block - 1)];
    return std::nullopt;
  }
  const std::vector<std::size_t> like = like_best(choice);
  if (options.block == ReadOptions::kAllBlocks) return like.front();
  for (std::size_t k = 1; k < like.size(); ++k) {
    if (between(choice, like[k - 1], like[k], is_set_apart)) continue;
    if (!between(choice, like[k - 1], like[k], is_named_apart)) return std::nullopt;
    refuse_two(choice, like, source);
  }
  return like.front();
}

std::string about_others(const Choice& choice, std::size_t table) {
  std::string out;
  index_t count = 0;
  for (const std::size_t i : choice.tables) {
    const Run& other = choice.runs[i];
    if (i == table || (other.rows < kFewRows && !is_like(other, choice.runs[choice.best])))
      continue;
    if (++count <= 2) out += (count == 1 ? "" : ", ") + lines_of(choice.runs[i]);
  }
  if (count == 0) return "";
  return "other rows of numbers are left out, " + out + (count > 2 ? ", …" : "") +
         " (--block K or --rows A:B reads them)";
}

// Whether the head has told where the table is: it is long, and goes on behind it.
bool goes_on(const Choice& choice) {
  if (choice.tables.empty()) return false;
  const Run& best = choice.runs[choice.best];
  return best.open && best.rows >= kManyRows && is_full(best);
}

}  // namespace

std::optional<Located> locate_table(const Cursor& begin, const char* end, const Dialect& dialect,
                                    const std::string& source, const ReadOptions& options,
                                    bool whole) {
  Located located;
  Choice choice;
  for (std::size_t k = 0; k <= kHeads.size(); ++k) {
    const bool is_whole = k == kHeads.size() || end - begin.p <= kHeads[k];
    located.dialect = dialect;
    choice = look_at(begin, is_whole ? end : begin.p + kHeads[k], end, located.dialect);
    if (is_whole || (goes_on(choice) && options.block == 0 && !whole)) break;
  }
  if (choice.tables.empty() || is_broken(choice, choice.best)) return std::nullopt;
  if (options.block == 0) join_pages(choice, begin, located.dialect);
  const std::optional<std::size_t> at = table_of(choice, source, options);
  if (!at || is_broken(choice, *at)) return std::nullopt;
  const Run& table = choice.runs[*at];
  if (!table.open && located.dialect.blanks() &&
      has_touching_numbers(
          {table.end, static_cast<std::size_t>(find_line_end(table.end, end) - table.end)}))
    return std::nullopt;
  located.begin = table.begin;
  located.fields = table.fields;
  located.optional_last = table.optional_last;
  const bool is_joined = options.block == ReadOptions::kAllBlocks;
  located.end = table.open || is_joined ? end : table.end;
  located.above = find_names_above(begin, table.begin, end, table.fields, located.dialect);
  if (located.above.names.empty() && table.width > table.fields) {
    // A column that is empty everywhere has its name all the same.
    NamesAbove wider = find_names_above(begin, table.begin, end, table.width, located.dialect);
    if (!wider.names.empty()) {
      located.above = std::move(wider);
      located.fields = table.width;
    }
  }
  if (located.above.differ) return std::nullopt;
  if (!is_joined) located.others = about_others(choice, *at);
  return located;
}

}  // namespace nlsq::data
