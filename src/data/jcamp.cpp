// SPDX-License-Identifier: MIT
// Labels are compared without blanks, signs and case, as the standard (McDonald and Wilks 1988)
// wants it. The abscissae come from FIRSTX, LASTX and NPOINTS; those in the lines are checks.
#include "data/jcamp.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "data/field.hpp"
#include "data/latin1.hpp"
#include "data/number.hpp"
#include "data/table_impl.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

struct Line {
  std::string_view text;
  index_t number = 0;
};

std::string plain_label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// The labels above the data, and the lines of the data.
struct Block {
  std::map<std::string, std::string> labels;
  std::string form;  ///< (X++(Y..Y))
  index_t form_line = 0;
  std::vector<Line> lines;

  std::optional<double> number(const char* label) const {
    const auto found = labels.find(label);
    double value = 0;
    if (found == labels.end() || classify(found->second, '.', value) != FieldKind::number)
      return std::nullopt;
    return value;
  }
  std::string word(const char* label) const {
    const auto found = labels.find(label);
    return found == labels.end() ? "" : found->second;
  }
};

bool is_data_label(const std::string& label) {
  return label == "XYDATA" || label == "XYPOINTS" || label == "PEAKTABLE" || label == "DATATABLE";
}

Block first_block(std::string_view text) {
  Block block;
  index_t number = 0;
  bool in_data = false;
  while (!text.empty()) {
    const char* begin = text.data();
    const char* end = begin + text.size();
    const char* stop = find_line_end(begin, end);
    std::string_view line = trimmed({begin, static_cast<std::size_t>(stop - begin)});
    text.remove_prefix(static_cast<std::size_t>(next_line(begin, end) - begin));
    ++number;
    line = trimmed(line.substr(0, line.find("$$")));
    if (line.starts_with("##")) {
      if (in_data) break;
      const std::size_t equals = std::min(line.find('='), line.size());
      const std::string label = plain_label(line.substr(2, equals - 2));
      const std::string value(trimmed(equals < line.size() ? line.substr(equals + 1) : ""));
      if (is_data_label(label)) {
        in_data = true;
        block.form = value;
        block.form_line = number;
      } else {
        block.labels[label] = is_utf8(value) ? value : from_latin1(value);
      }
    } else if (in_data && !line.empty()) {
      block.lines.push_back({line, number});
    }
  }
  return block;
}

// The numbers of a line, between blanks, commas, semicolons or signs: 400+12-13.
bool read_numbers(std::string_view text, std::vector<double>& values) {
  const auto is_sign = [](char c) { return c == '+' || c == '-'; };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == ' ' || c == '\t' || c == ',' || c == ';') {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    while (end < text.size() && (std::isdigit(static_cast<unsigned char>(text[end])) != 0 ||
                                 text[end] == '.' || text[end] == 'E' || text[end] == 'e' ||
                                 (is_sign(text[end]) && (text[end - 1] | 32) == 'e')))
      ++end;
    double value = 0;
    const std::string_view field = text.substr(at, end - at);
    if (classify(field, '.', value) == FieldKind::number) {
      values.push_back(value);
    } else if (field == "?") {
      values.push_back(NAN);
    } else {
      return false;
    }
    at = end;
  }
  return true;
}

struct Points {
  std::vector<double> x, y;
  std::vector<index_t> lines;
};

[[noreturn]] void refuse_packed(const std::string& source, index_t line) {
  throw DataError(source, line,
                  "this JCAMP-DX file holds packed numbers (SQZ, DIF or DUP), or something else "
                  "that is no number; export it as plain numbers (AFFN) or as CSV");
}

// Where a line's first ordinate does not stand where the line says.
void check_abscissa(const Block& block, const std::string& source, const Line& line, double said,
                    double counted, double step) {
  const double x = said * block.number("XFACTOR").value_or(1);
  if (std::abs(x - counted) <= 0.75 * std::abs(step) + 1e-9 * std::abs(x)) return;
  throw DataError(source, line.number,
                  "the line begins at x = " + std::to_string(x) +
                      ", but FIRSTX, LASTX and NPOINTS "
                      "put it at " +
                      std::to_string(counted) + "; values are missing above it");
}

Points equidistant_points(const Block& block, const std::string& source) {
  Points points;
  std::vector<std::vector<double>> lines;
  std::size_t count = 0;
  for (const Line& line : block.lines) {
    std::vector<double>& values = lines.emplace_back();
    if (!read_numbers(line.text, values) || values.empty()) refuse_packed(source, line.number);
    count += values.size() - 1;
  }
  const auto n =
      static_cast<std::size_t>(block.number("NPOINTS").value_or(static_cast<double>(count)));
  if (n != count) {
    throw DataError(
        source, block.form_line,
        "NPOINTS is " + std::to_string(n) + ", but there are " + std::to_string(count) + " values");
  }
  const std::optional<double> first = block.number("FIRSTX"), last = block.number("LASTX");
  const std::optional<double> delta = block.number("DELTAX");
  if (!first || (!last && !delta))
    throw DataError(source, block.form_line, "FIRSTX and LASTX are needed, and not given");
  const double step =
      last && n > 1 ? (*last - *first) / static_cast<double>(n - 1) : delta.value_or(0);
  const double factor = block.number("YFACTOR").value_or(1);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    check_abscissa(block, source, block.lines[i], lines[i][0],
                   *first + step * static_cast<double>(points.x.size()), step);
    for (std::size_t k = 1; k < lines[i].size(); ++k) {
      points.x.push_back(*first + step * static_cast<double>(points.x.size()));
      points.y.push_back(factor * lines[i][k]);
      points.lines.push_back(block.lines[i].number);
    }
  }
  return points;
}

Points listed_points(const Block& block, const std::string& source) {
  Points points;
  const double x_factor = block.number("XFACTOR").value_or(1);
  const double y_factor = block.number("YFACTOR").value_or(1);
  for (const Line& line : block.lines) {
    std::vector<double> values;
    if (!read_numbers(line.text, values) || values.size() % 2 != 0)
      refuse_packed(source, line.number);
    for (std::size_t k = 0; k < values.size(); k += 2) {
      points.x.push_back(x_factor * values[k]);
      points.y.push_back(y_factor * values[k + 1]);
      points.lines.push_back(line.number);
    }
  }
  return points;
}

std::unique_ptr<Table::Impl> table_of(const Points& points, const std::string& source) {
  auto impl = std::make_unique<Table::Impl>();
  impl->source = source;
  impl->rows = static_cast<index_t>(points.x.size());
  impl->storage = Storage(2, impl->rows);
  std::copy(points.x.begin(), points.x.end(), impl->storage.column(0));
  std::copy(points.y.begin(), points.y.end(), impl->storage.column(1));
  impl->first_line = points.lines.front();
  for (index_t row = 0; row < impl->rows; ++row) {
    const index_t offset = points.lines[static_cast<std::size_t>(row)] - impl->first_line - row;
    if (offset != 0) impl->shifts.push_back({row, offset});
  }
  return impl;
}

}  // namespace

bool is_jcamp(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return false;
  text.remove_prefix(first);
  const std::size_t equals = text.find('=');
  return text.starts_with("##") && equals != std::string_view::npos &&
         plain_label(text.substr(2, equals - 2)) == "TITLE";
}

Table read_jcamp(std::string_view text, const std::string& source, const ReadOptions& options) {
  const Block block = first_block(text);
  if (block.lines.empty())
    throw DataError(source, 0,
                    "this JCAMP-DX file holds no data as XYDATA, XYPOINTS or PEAK TABLE");
  const std::string form = plain_label(block.form);
  Points points;
  if (form.starts_with("XYY"))
    points = equidistant_points(block, source);
  else if (form.starts_with("XYXY"))
    points = listed_points(block, source);
  else
    throw DataError(source, block.form_line,
                    "the form '" + shortened(block.form) +
                        "' of JCAMP-DX is not known; (X++(Y..Y)) and (XY..XY) are");
  if (points.x.empty()) throw DataError(source, block.form_line, "the block of data is empty");
  std::unique_ptr<Table::Impl> impl = table_of(points, source);
  impl->notes.push_back(source + ": JCAMP-DX, " + std::to_string(points.x.size()) +
                        " points from line " + std::to_string(points.lines.front()) + " on");
  finish_table(*impl, {"x", "y"}, 2, options, "");
  impl->units = {block.word("XUNITS"), block.word("YUNITS")};
  return Table(std::move(impl));
}

}  // namespace nlsq::data
