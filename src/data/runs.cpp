// SPDX-License-Identifier: MIT
// Rows of one number of fields that hold numbers are gathered first; then the lines at both ends
// that have text where the others have numbers are cut off.
#include "data/runs.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "data/look.hpp"

namespace nlsq::data {
namespace {

// So many rows of numbers outweigh labels above them.
constexpr index_t kFewRows = 3;

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

bool is_value(Look look) { return look == Look::number || look == Look::time; }

// The rows of a run, and what each of their fields looks like.
struct Gathered {
  struct Row {
    Cursor at;
    const char* end;
    index_t last_line;
  };
  std::size_t fields = 0;
  bool is_short = false;  ///< some rows lack their last field
  std::vector<Row> rows;
  std::vector<Look> looks;

  index_t size() const { return static_cast<index_t>(rows.size()); }
  Look look(index_t row, std::size_t column) const { return looks[z(row) * fields + column]; }
  // One short row or two above full ones alone are settings: a count, a size.
  index_t settings() const {
    constexpr index_t kMost = 2;
    if (!is_short) return 0;
    index_t top = 0;
    while (top < size() && look(top, fields - 1) == Look::empty) ++top;
    for (index_t i = top; i < size(); ++i) {
      if (look(i, fields - 1) == Look::empty) return 0;
    }
    return top <= kMost && size() - top >= kFewRows && size() > 4 * top ? top : 0;
  }
  // One field more, missing in all rows so far.
  void widen() {
    std::vector<Look> wide;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      wide.insert(wide.end(), looks.begin() + static_cast<std::ptrdiff_t>(i * fields),
                  looks.begin() + static_cast<std::ptrdiff_t>((i + 1) * fields));
      wide.push_back(Look::empty);
    }
    looks = std::move(wide);
    ++fields;
  }
  bool is_last_empty() const {
    for (index_t i = 0; i < size(); ++i) {
      if (look(i, fields - 1) != Look::empty) return false;
    }
    return true;
  }
};

// Rows above those that hold values in a column which is text further up.
index_t rows_to_cut_above(const Gathered& rows) {
  index_t cut = 0;
  for (std::size_t j = 0; j < rows.fields; ++j) {
    index_t above = rows.size();
    index_t values = 0, texts = 0;
    for (; above > 0 && rows.look(above - 1, j) != Look::text; --above)
      values += is_value(rows.look(above - 1, j)) ? 1 : 0;
    for (index_t i = 0; i < above; ++i) texts += rows.look(i, j) == Look::text ? 1 : 0;
    const bool is_text_above = texts > 0 && 4 * texts >= 3 * above;
    if (is_text_above && values >= kFewRows) cut = std::max(cut, above);
  }
  return cut;
}

// Rows below those that hold values in a column which is text further down.
index_t rows_to_cut_below(const Gathered& rows, index_t from) {
  index_t cut = 0;
  for (std::size_t j = 0; j < rows.fields; ++j) {
    index_t first = from, values = 0;
    for (; first < rows.size() && rows.look(first, j) != Look::text; ++first)
      values += is_value(rows.look(first, j)) ? 1 : 0;
    const index_t below = rows.size() - first;
    bool is_text_below = below > 0;
    for (index_t i = first; i < rows.size(); ++i) is_text_below &= !is_value(rows.look(i, j));
    if (is_text_below && values >= kFewRows && 2 * below <= values) cut = std::max(cut, below);
  }
  return cut;
}

// Where the fields of a line between blanks begin and end; nothing if there are tabs.
std::vector<std::pair<std::size_t, std::size_t>> places_of(std::string_view line) {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  if (line.find('\t') != std::string_view::npos) return places;
  for (std::size_t at = 0; (at = line.find_first_not_of(' ', at)) != std::string_view::npos;) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    places.emplace_back(at, end);
    at = end;
  }
  return places;
}

// Whether each field of a line stands above or below that of a longer one.
bool is_in_place(std::string_view shorter, std::string_view longer) {
  const auto a = places_of(shorter), b = places_of(longer);
  if (a.empty() || a.size() + 1 != b.size() || a.back().second > b.back().first) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].first >= b[i].second || b[i].first >= a[i].second) return false;
  }
  return true;
}

class Scanner {
 public:
  Scanner(Cursor cursor, const char* stop, const char* end, const Dialect& dialect)
      : cursor_(cursor), begin_(cursor.p), stop_(stop), end_(end), dialect_(dialect) {}

  std::vector<Run> run() {
    Record record;
    while (cursor_.p < stop_) {
      Gap gap;
      if (!read_record(cursor_, end_, dialect_, record, &gap)) break;
      if (!record.closed || !record.sound) break;
      // Numbers alone under a comment each are settings.
      const bool is_single = rows_.fields == 1 && record.fields.size() == 1;
      if (gap.separates || (is_single && !gap.comment.empty())) finish();
      passed_.blank |= gap.has_blank;
      passed_.gap |= gap.separates || (is_single && !gap.comment.empty());
      add(record);
    }
    const bool is_open = cursor_.p < end_ && rows_.size() > 0;
    finish();
    if (is_open && !runs_.empty()) runs_.back().open = true;
    return std::move(runs_);
  }

 private:
  // A delimiter too many or too few at the end of a row makes no difference where nothing stands
  // behind it; between blanks, the last field may be missing if the others are in their places and
  // no blank line begins another block.
  bool fits(const Record& record) {
    const std::size_t size = record.fields.size();
    if (size == rows_.fields && rows_.size() > 0) return true;
    if (dialect_.blanks()) return !passed_.blank && fits_in_place(record);
    if (size == rows_.fields + 1) return record.fields.back().empty();
    return size + 1 == rows_.fields && rows_.is_last_empty();
  }

  // With the blanks that it begins with.
  std::string_view whole_line(const Record& record) const {
    const char* start = record.line.data();
    while (start != begin_ && (start[-1] == ' ' || start[-1] == '\t')) --start;
    return {start, static_cast<std::size_t>(record.line.data() + record.line.size() - start)};
  }

  bool fits_in_place(const Record& record) {
    const std::string_view line = whole_line(record);
    const std::size_t size = record.fields.size();
    if (rows_.size() == 0 || rows_.fields < 2) return false;
    if (size + 1 == rows_.fields && (rows_.is_short || is_in_place(line, reference_))) {
      if (!is_in_place(line, reference_)) return false;
      rows_.is_short = true;
      return true;
    }
    if (size != rows_.fields + 1 || rows_.is_short || !is_value(look_of(record.fields.back())) ||
        !is_in_place(reference_, line))
      return false;
    rows_.widen();
    rows_.is_short = true;
    reference_ = line;
    return true;
  }

  void add(const Record& record) {
    const std::size_t fields = record.fields.size();
    looks_.resize(fields);
    std::transform(record.fields.begin(), record.fields.end(), looks_.begin(), look_of);
    if (std::none_of(looks_.begin(), looks_.end(), is_value)) {
      finish();
      passed_.text = true;
      return;
    }
    if (!fits(record)) finish();
    if (rows_.size() == 0) {
      rows_.fields = fields;
      reference_ = whole_line(record);
      above_ = passed_;
    }
    passed_ = {};
    looks_.resize(rows_.fields, Look::empty);
    rows_.rows.push_back({record.at, cursor_.p, cursor_.line - 1});
    rows_.looks.insert(rows_.looks.end(), looks_.begin(), looks_.end());
  }

  bool is_all_numbers() const {
    return std::none_of(rows_.looks.begin(), rows_.looks.end(),
                        [](Look look) { return look == Look::text; });
  }

  void finish() {
    if (rows_.size() == 0) return;
    const index_t top = std::max(rows_to_cut_above(rows_), rows_.settings());
    const index_t bottom = rows_to_cut_below(rows_, top);
    Run run;
    run.fields = rows_.fields - (rows_.fields > 1 && rows_.is_last_empty() ? 1 : 0);
    run.width = rows_.fields;
    run.rows = rows_.size() - top - bottom;
    const Gathered::Row& last = rows_.rows[z(rows_.size() - bottom - 1)];
    run.begin = rows_.rows[z(top)].at;
    run.end = last.end;
    run.last_line = last.last_line;
    run.optional_last = rows_.is_short && rows_.settings() == 0;
    run.behind_blank = above_.blank;
    run.behind_gap = above_.gap;
    run.behind_text = above_.text || top > 0;
    run.all_numbers = is_all_numbers();
    for (std::size_t j = 0; j < run.fields; ++j) {
      index_t values = 0;
      for (index_t i = top; i < top + run.rows; ++i) {
        values += is_value(rows_.look(i, j)) ? 1 : 0;
        run.texts += rows_.look(i, j) == Look::text ? 1 : 0;
      }
      run.values += 2 * values > run.rows ? 1 : 0;
      run.numbers += values;
    }
    runs_.push_back(run);
    passed_.text |= bottom > 0;
    rows_ = Gathered{};
  }

  Cursor cursor_;
  const char* begin_;
  const char* stop_;
  const char* end_;
  const Dialect& dialect_;
  // What was passed since the last row, and what stands above the run at hand.
  struct Passed {
    bool blank = false, gap = false, text = false;
  };
  Passed passed_, above_;
  Gathered rows_;
  std::string_view reference_;  ///< a row of full length
  std::vector<Look> looks_;
  std::vector<Run> runs_;
};

}  // namespace

std::vector<Run> find_runs(Cursor cursor, const char* stop, const char* end,
                           const Dialect& dialect) {
  return Scanner(cursor, stop, end, dialect).run();
}

}  // namespace nlsq::data
