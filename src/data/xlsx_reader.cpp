// SPDX-License-Identifier: MIT
#include "data/xlsx_reader.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "data/serial_moment.hpp"
#include "data/text_reader.hpp"
#include "data/workbook.hpp"
#include "data/xml.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

using Event = XmlScan::Event;

constexpr std::size_t kMostRows = 1'048'576, kMostColumns = 16'384;  // of Excel
constexpr std::size_t kMostFields = 200'000'000;

// The column of B7, from 0 on; `without` if there is no letter.
std::size_t column_of(std::string_view place, std::size_t without) {
  std::size_t column = 0;
  std::size_t letters = 0;
  for (; letters < place.size() && letters < 4; ++letters) {
    const char c = place[letters];
    if (c < 'A' || c > 'Z') break;
    column = 26 * column + static_cast<std::size_t>(c - 'A') + 1;
  }
  return letters == 0 ? without : column - 1;
}

// A number; `without` if there is none, the largest one if it cannot be read.
std::size_t whole(std::string_view digits, std::size_t without) {
  if (digits.empty()) return without;
  std::size_t value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return fault == std::errc() ? value : static_cast<std::size_t>(-1);
}

// A field between tabs; quotes only where it would begin with one.
void append_field(std::string_view text, std::string& out) {
  const bool is_quoted = text.find('"') != std::string_view::npos;
  if (is_quoted) out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  if (is_quoted) out += '"';
}

struct Cell {
  std::size_t column = 0;
  std::string text;
};

// Reads the rows of a sheet one by one.
class SheetText {
 public:
  SheetText(const Workbook& book, const Sheet& sheet) : book_(&book), sheet_(&sheet) {}

  std::string read(std::string_view xml) {
    measure(xml);
    if (width_ == 0) return "";
    XmlScan scan(xml);
    for (Event event = scan.next(); event != Event::end; event = scan.next()) {
      if (event == Event::open && scan.name() == "row") begin_row(scan);
      if (event == Event::close && scan.name() == "row") end_row();
      if (event == Event::open && scan.name() == "c") read_cell(scan);
    }
    if (scan.is_cut_off()) book_->refuse("is damaged in the sheet '" + sheet_->name + "'");
    end_row();
    return std::move(out_);
  }

  index_t without_value() const { return without_value_; }

 private:
  // The columns that are used, and whether they span more than a table would.
  void measure(std::string_view xml) {
    XmlScan scan(xml);
    std::size_t column = 0, rows = 0, last = 0;
    first_ = kMostColumns;
    for (Event event = scan.next(); event != Event::end; event = scan.next()) {
      if (event == Event::open && scan.name() == "row") {
        column = 0;
        ++rows;
      }
      if (event == Event::open && scan.name() == "c") {
        cell_ = column_of(scan.attribute("r"), column);
        column = cell_ + 1;
      }
      // A cell may be there for its colour alone.
      if (event != Event::open || !has_content(scan.name())) continue;
      if (cell_ >= kMostColumns) refuse_place();
      first_ = std::min(first_, cell_);
      last = std::max(last, cell_ + 1);
    }
    width_ = last > first_ ? last - first_ : 0;
    if (rows > kMostRows) refuse_place();
    if (width_ * rows > kMostFields) {
      book_->refuse("has cells so far apart in the sheet '" + sheet_->name +
                    "' that they are no table; export the table as CSV");
    }
  }

  static bool has_content(std::string_view name) {
    return name == "v" || name == "t" || name == "f";
  }

  [[noreturn]] void refuse_place() const {
    book_->refuse("is damaged: a cell of the sheet '" + sheet_->name + "' lies beyond its end");
  }

  void begin_row(const XmlScan& scan) {
    const std::size_t number = whole(scan.attribute("r"), row_ + 1);
    if (number <= row_ || number > kMostRows) refuse_place();
    out_.append(number - row_ - 1, '\n');
    row_ = number;
    next_ = 0;
    is_open_ = true;
    cells_.clear();
  }

  void end_row() {
    if (!is_open_) return;
    is_open_ = false;
    std::size_t at = first_;
    for (const Cell& cell : cells_) {
      if (cell.column < at && &cell != &cells_.front()) refuse_place();
      for (; at < cell.column; ++at) out_ += '\t';
      append_field(cell.text, out_);
    }
    if (!cells_.empty()) out_.append(first_ + width_ - 1 - at, '\t');
    out_ += '\n';
  }

  void read_cell(XmlScan& scan) {
    const std::size_t column = column_of(scan.attribute("r"), next_);
    next_ = column + 1;
    const std::string type(scan.attribute("t"));
    const std::size_t style = whole(scan.attribute("s"), 0);
    std::string value, own, formula;
    bool has_value = false, has_formula = false, is_in_value = false, is_in_text = false;
    bool is_in_formula = false;
    for (Event event = scan.next(); event != Event::end; event = scan.next()) {
      if (event == Event::close && scan.name() == "c") break;
      if (event == Event::text) {
        if (is_in_value) scan.append_text(value);
        if (is_in_text) scan.append_text(own);
        if (is_in_formula) scan.append_text(formula);
        continue;
      }
      if (scan.name() == "v") is_in_value = event == Event::open;
      if (scan.name() == "t") is_in_text = event == Event::open;
      has_value |= scan.name() == "v" || scan.name() == "t";
      if (scan.name() == "f") is_in_formula = event == Event::open;
      has_formula |= scan.name() == "f";
    }
    if (!is_open_ || !(has_value || has_formula)) return;
    if (column < first_ || column >= first_ + width_) refuse_place();
    if (!has_value) {
      // Not missing: messages then say what stands there.
      ++without_value_;
      cells_.push_back({column, "=" + formula});
      return;
    }
    cells_.push_back({column, shown(type, style, type == "inlineStr" ? own : value)});
  }

  std::string shown(const std::string& type, std::size_t style, const std::string& value) const {
    if (type == "s") return std::string(book_->shared(whole(value, static_cast<std::size_t>(-1))));
    if (type == "e") return value == "#N/A" ? "NA" : "ERROR";
    if (!type.empty() && type != "n") return value;
    const CellStyle kind = book_->style(style);
    if (kind == CellStyle::number) return value;
    double serial = 0;
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), serial);
    constexpr double kLastDay = 2'958'466;  // the 31st of December 9999
    const bool is_day = fault == std::errc() && serial >= 0 && serial < kLastDay;
    return is_day ? serial_moment(serial, kind, book_->counts_from_1904()) : value;
  }

  const Workbook* book_;
  const Sheet* sheet_;
  std::string out_;
  std::vector<Cell> cells_;
  std::size_t first_ = 0, width_ = 0, row_ = 0, next_ = 0, cell_ = 0;
  index_t without_value_ = 0;
  bool is_open_ = false;
};

void refuse_options(const ReadOptions& options) {
  if (options.delimiter != 0 && options.delimiter != '\t')
    throw InputError("delimiter", "delimiter: a workbook has cells, and nothing between them");
}

// A fault of the first sheet may be that the table is in another one.
Table read_sheet(const std::string& text, const std::string& source, const ReadOptions& options,
                 const Workbook& book) {
  try {
    return read_text(text, source, options);
  } catch (const DataError& error) {
    if (!options.sheet.empty() || book.sheets().size() < 2) throw;
    const std::string place =
        source + (error.line() > 0 ? ":" + std::to_string(error.line()) : "") + ": ";
    const std::string said = error.what();
    throw DataError(source, error.line(),
                    said.substr(said.starts_with(place) ? place.size() : 0) + "; the sheets are " +
                        book.sheet_names() + " (--sheet reads another)");
  }
}

}  // namespace

std::string text_of_sheet(const Workbook& book, const Sheet& sheet, index_t& without_value) {
  std::string room;
  SheetText text(book, sheet);
  std::string out = text.read(book.cells(sheet, room));
  without_value = text.without_value();
  return out;
}

Table read_workbook(std::string_view bytes, const std::string& source, const ReadOptions& options) {
  refuse_options(options);
  const Workbook book(bytes, source);
  const Sheet* chosen = options.sheet.empty() ? nullptr : &book.sheet(options.sheet);
  std::string text;
  index_t without_value = 0;
  if (chosen != nullptr) {
    text = text_of_sheet(book, *chosen, without_value);
    if (text.empty())
      throw DataError(
          source, 0,
          "the sheet '" + chosen->name + "' has no cell; the sheets are " + book.sheet_names());
  }
  for (const Sheet& sheet : book.sheets()) {
    if (chosen != nullptr || sheet.is_hidden) continue;
    text = text_of_sheet(book, sheet, without_value);
    if (!text.empty()) chosen = &sheet;
  }
  if (chosen == nullptr) throw DataError(source, 0, "no sheet of this workbook has a cell");
  ReadOptions own = options;
  own.delimiter = '\t';
  Table table = read_sheet(text, source, own, book);
  if (options.sheet.empty() && book.sheets().size() > 1) {
    table.add_note(source + ": the sheet '" + chosen->name + "' is read; the sheets are " +
                   book.sheet_names() + " (--sheet reads another)");
  }
  if (without_value > 0) {
    table.add_note(source + ": " + std::to_string(without_value) + " formula" +
                   (without_value == 1 ? " has" : "s have") +
                   " no value; open the file in a spreadsheet and save it");
  }
  return table;
}

}  // namespace nlsq::data
