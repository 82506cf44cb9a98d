// SPDX-License-Identifier: MIT
#include "data/workbook.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <functional>
#include <map>

#include "base/nearest.hpp"
#include "data/xml.hpp"
#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

using Event = XmlScan::Event;

std::size_t whole(std::string_view digits, std::size_t without) {
  std::size_t value = without;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Formats that have a number and no text in the file; 18.8.30. Those of East Asia show dates, too.
CellStyle built_in_format(std::size_t id) {
  const auto is_in = [id](std::size_t from, std::size_t to) { return id >= from && id <= to; };
  if (is_in(14, 17) || id == 22 || is_in(27, 36) || is_in(50, 58)) return CellStyle::date;
  if (is_in(18, 21) || id == 45 || id == 47) return CellStyle::clock;
  return id == 46 ? CellStyle::duration : CellStyle::number;
}

// Where a relation leads, from the folder xl/.
std::string target_of(std::string_view target) {
  if (target.starts_with('/')) return std::string(target.substr(1));
  return "xl/" + std::string(target);
}

}  // namespace

bool is_workbook(std::string_view bytes) {
  if (!is_zip(bytes)) return false;
  // Names stand in the directory as they are.
  const std::string_view tail =
      bytes.substr(bytes.size() - std::min<std::size_t>(bytes.size(), 1U << 20U));
  return tail.find("xl/workbook.xml") != std::string_view::npos ||
         tail.find("xl/workbook.bin") != std::string_view::npos;
}

CellStyle style_of_format(std::string_view format) {
  // The part for positive numbers, without texts, colours and places.
  bool has_day = false, has_clock = false, has_m = false;
  for (std::size_t i = 0; i < format.size() && format[i] != ';'; ++i) {
    const char c = static_cast<char>(std::tolower(static_cast<unsigned char>(format[i])));
    if (c == '"') {
      i = std::min(format.find('"', i + 1), format.size());
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == '[') {
      const std::size_t close = std::min(format.find(']', i), format.size());
      const std::string inside = lower(format.substr(i + 1, close - i - 1));
      if (!inside.empty() && inside.find_first_not_of(inside.front()) == std::string::npos &&
          std::string_view("hms").find(inside.front()) != std::string_view::npos)
        return CellStyle::duration;
      i = close;
    } else if (c == 'y' || c == 'd') {
      has_day = true;
    } else if (c == 'h' || c == 's') {
      has_clock = true;
    } else if (c == 'm') {
      has_m = true;
    } else if (c == 'g' || c == '0' || c == '#' || c == '?') {
      // "General" and digits; behind a time they are parts of a second.
      if (c == 'g' || !(has_clock || has_m)) return CellStyle::number;
    }
  }
  if (has_day || (has_m && !has_clock)) return CellStyle::date;
  return has_clock ? CellStyle::clock : CellStyle::number;
}

Workbook::Workbook(std::string_view bytes, const std::string& source)
    : zip_(bytes, source, "Excel workbook"), source_(source) {
  if (zip_.find("xl/workbook.xml") == nullptr)
    zip_.refuse("is in Excel's binary form; save it as .xlsx or CSV");
  read_sheets();
  read_shared();
  read_styles();
}

std::string_view Workbook::part(const std::string& name, std::string& room) const {
  const ZipMember* const member = zip_.find(name);
  return member == nullptr ? std::string_view() : zip_.content(*member, room);
}

void Workbook::read_sheets() {
  std::map<std::string, std::string, std::less<>> targets;
  std::string room;
  XmlScan relations(part("xl/_rels/workbook.xml.rels", room));
  for (Event event = relations.next(); event != Event::end; event = relations.next()) {
    if (event == Event::open && relations.name() == "Relationship" &&
        relations.attribute("Type").ends_with("/worksheet"))
      targets[xml_text(relations.attribute("Id"))] =
          target_of(xml_text(relations.attribute("Target")));
  }
  XmlScan book(part("xl/workbook.xml", room));
  for (Event event = book.next(); event != Event::end; event = book.next()) {
    if (event != Event::open) continue;
    if (book.name() == "workbookPr") {
      const std::string_view flag = book.attribute("date1904");
      counts_from_1904_ = flag == "1" || flag == "true";
    }
    if (book.name() != "sheet") continue;
    const auto target = targets.find(book.attribute("id"));
    if (target == targets.end()) continue;  // a chart
    sheets_.push_back({xml_text(book.attribute("name")), target->second,
                       !book.attribute("state").empty() && book.attribute("state") != "visible"});
  }
  if (sheets_.empty()) zip_.refuse("has no sheet with cells");
}

void Workbook::read_shared() {
  std::string room;
  XmlScan texts(part("xl/sharedStrings.xml", room));
  bool is_in_text = false, is_reading = false;
  int phonetic = 0;
  for (Event event = texts.next(); event != Event::end; event = texts.next()) {
    if (event == Event::text) {
      if (is_in_text && is_reading && phonetic == 0) texts.append_text(shared_.back());
    } else if (texts.name() == "si" && event == Event::open) {
      shared_.emplace_back();
      is_reading = true;
    } else if (texts.name() == "t") {
      is_in_text = event == Event::open;
    } else if (texts.name() == "rPh") {
      phonetic += event == Event::open ? 1 : -1;
    }
  }
}

void Workbook::read_styles() {
  std::string room;
  XmlScan styles(part("xl/styles.xml", room));
  std::map<std::size_t, CellStyle> own;
  bool is_in_cells = false;
  for (Event event = styles.next(); event != Event::end; event = styles.next()) {
    if (styles.name() == "cellXfs") is_in_cells = event == Event::open;
    if (event != Event::open) continue;
    if (styles.name() == "numFmt") {
      own[whole(styles.attribute("numFmtId"), 0)] =
          style_of_format(xml_text(styles.attribute("formatCode")));
    } else if (is_in_cells && styles.name() == "xf") {
      const std::size_t id = whole(styles.attribute("numFmtId"), 0);
      const auto found = own.find(id);
      styles_.push_back(found == own.end() ? built_in_format(id) : found->second);
    }
  }
}

std::string Workbook::sheet_names() const {
  std::vector<std::string> names;
  for (const Sheet& each : sheets_) names.push_back(each.name);
  return base::quoted_list(names);
}

const Sheet& Workbook::sheet(const std::string& wanted) const {
  for (const Sheet& each : sheets_) {
    if (each.name == wanted) return each;
  }
  for (const Sheet& each : sheets_) {
    if (lower(each.name) == lower(wanted)) return each;
  }
  const bool is_number = wanted.size() < 6 && !wanted.empty() &&
                         wanted.find_first_not_of("0123456789") == std::string::npos;
  const std::size_t number = is_number ? whole(wanted, 0) : 0;
  if (number >= 1 && number <= sheets_.size()) return sheets_[number - 1];
  std::vector<std::string> names;
  for (const Sheet& each : sheets_) names.push_back(each.name);
  throw DataError(source_, 0,
                  "there is no sheet '" + wanted + "'" + base::did_you_mean(wanted, names) +
                      "; the sheets are " + sheet_names());
}

std::string_view Workbook::cells(const Sheet& sheet, std::string& room) const {
  const ZipMember* const member = zip_.find(sheet.part);
  if (member == nullptr) zip_.refuse("is damaged: the sheet '" + sheet.name + "' is missing");
  return zip_.content(*member, room);
}

std::string_view Workbook::shared(std::size_t index) const {
  return index < shared_.size() ? std::string_view(shared_[index]) : std::string_view();
}

CellStyle Workbook::style(std::size_t index) const {
  return index < styles_.size() ? styles_[index] : CellStyle::number;
}

}  // namespace nlsq::data
