// SPDX-License-Identifier: MIT
// Workbooks of Excel: sheets, kinds of cells, dates by their formats, and archives that are damaged
// or made to fill the memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <string>

#include "data/serial_moment.hpp"
#include "data/workbook.hpp"
#include "data/xml.hpp"
#include "table_support.hpp"
#include "workbook_support.hpp"

namespace nlsq::data {
namespace {

constexpr const char* kRows =
    "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>"
    "<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\"><v>2.5</v></c></row>"
    "<row r=\"3\"><c r=\"A3\"><v>2</v></c><c r=\"B3\"><v>4E-1</v></c></row>"
    "<row r=\"4\"><c r=\"A4\"><v>3</v></c><c r=\"B4\"><v>-6</v></c></row>";

Book simple() { return {{{"Run 1", kRows}}, {"x", "y"}, {}, "", false}; }

Table read(const Book& book, const std::string& sheet = "") {
  ReadOptions options;
  options.sheet = sheet;
  return parse_table(book.bytes(), "d.xlsx", options);
}

std::string refusal(const std::string& bytes, const std::string& sheet = "") {
  ReadOptions options;
  options.sheet = sheet;
  return data_error([&] { parse_table(bytes, "d.xlsx", options); });
}

bool mentions(const Table& table, const std::string& words) {
  return std::any_of(table.notes().begin(), table.notes().end(), [&](const std::string& note) {
    return note.find(words) != std::string::npos;
  });
}

bool has_zlib() {
  try {
    Book book = simple();
    book.is_deflated = true;
    read(book);
    return true;
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("built without zlib"), std::string::npos)
        << error.what();
    return false;
  }
}

TEST(Workbook, IsATable) {
  const Table table = read(simple());
  EXPECT_EQ(table.names(), (Names{"x", "y"}));
  EXPECT_EQ(column(table, 0), (Values{1, 2, 3}));
  EXPECT_EQ(column(table, 1), (Values{2.5, 0.4, -6}));
  EXPECT_EQ(table.line(2), 4);
  EXPECT_TRUE(table.notes().empty());
}

TEST(Workbook, ParsesWhatIsDeflated) {
  if (!has_zlib()) GTEST_SKIP() << "built without zlib";
  Book book = simple();
  book.is_deflated = true;
  EXPECT_EQ(column(read(book), 1), (Values{2.5, 0.4, -6}));
}

TEST(Workbook, SheetsHaveNamesAndNumbers) {
  Book book = simple();
  book.sheets.push_back({"a &amp; b",
                         "<row><c><v>7</v></c><c><v>8</v></c></row>"
                         "<row><c><v>9</v></c><c><v>1</v></c></row>"});
  const Table first = read(book);
  EXPECT_EQ(first.rows(), 3);
  EXPECT_TRUE(mentions(first, "the sheet 'Run 1' is read; the sheets are 'Run 1' and 'a & b'"));
  for (const char* const name : {"a & b", "A & B", "2"}) {
    const Table second = read(book, name);
    EXPECT_EQ(column(second, 0), (Values{7, 9})) << name;
    EXPECT_FALSE(mentions(second, "the sheets are"));
  }
  EXPECT_EQ(refusal(book.bytes(), "run1"),
            "d.xlsx: there is no sheet 'run1' (did you mean 'Run 1'?); the sheets are 'Run 1' and "
            "'a & b'");
  EXPECT_NE(refusal(book.bytes(), "3").find("there is no sheet '3'"), std::string::npos);
  EXPECT_THROW(parse_table("x,y\n1,2\n", "d.csv",
                           [] {
                             ReadOptions options;
                             options.sheet = "1";
                             return options;
                           }()),
               InputError);
}

TEST(Workbook, EmptyAndHiddenSheetsAreNotTheFirst) {
  Book book = simple();
  book.sheets.insert(book.sheets.begin(), {"Empty", "<row r=\"5\"><c r=\"B5\" s=\"0\"/></row>"});
  EXPECT_EQ(read(book).rows(), 3);
  EXPECT_NE(refusal(book.bytes(), "Empty").find("the sheet 'Empty' has no cell"),
            std::string::npos);
  book.sheets = {{"Empty", ""}};
  EXPECT_EQ(refusal(book.bytes()), "d.xlsx: no sheet of this workbook has a cell");
  book = simple();
  book.sheets[0].second = "<row><c t=\"inlineStr\"><is><t>title</t></is></c></row>";
  book.sheets.push_back({"Data", kRows});
  EXPECT_NE(refusal(book.bytes()).find("the sheets are 'Run 1' and 'Data' (--sheet reads another)"),
            std::string::npos);
}

TEST(Workbook, CellsOfAllKindsAreRead) {
  Book book = simple();
  book.texts = {"x", "<r>", "\"quoted\" &amp; &#228;"};
  book.sheets[0].second =
      "<row><c t=\"s\"><v>0</v></c><c t=\"inlineStr\"><is><r><t>rich "
      "</t></r><r><t>text</t></r></is>"
      "</c><c t=\"str\"><f>A1</f><v>s</v></c><c t=\"s\"><v>2</v></c></row>"
      "<row><c><v>1</v></c><c t=\"b\"><v>1</v></c><c "
      "t=\"e\"><v>#DIV/0!</v></c><c><v>1</v></c></row>"
      "<row><c><v>2</v></c><c t=\"b\"><v>0</v></c><c><f>A3*2</f><v>4</v></c><c><v>2</v></c></row>"
      "<row><c><v>3</v></c><c t=\"b\"><v>0</v></c><c t=\"e\"><v>#N/A</v></c><c><v>3</v></c></row>";
  const Table table = read(book);
  EXPECT_EQ(table.names(), (Names{"x", "rich text", "s", "\"quoted\" & ä"}));
  EXPECT_EQ(column(table, 1), (Values{1, 0, 0}));
  EXPECT_TRUE(is_marked_missing(table.values(2)[0]));
  EXPECT_EQ(table.values(2)[1], 4);
  EXPECT_TRUE(std::isnan(table.values(2)[2]));
}

TEST(Workbook, CellsAreFoundByTheirPlaces) {
  Book book = simple();
  book.sheets[0].second =
      "<row r=\"3\"><c r=\"C3\" t=\"s\"><v>0</v></c><c r=\"E3\" t=\"s\"><v>1</v></c></row>"
      "<row r=\"4\"><c r=\"C4\"><v>1</v></c><c r=\"E4\"><v>2</v></c></row>"
      "<row r=\"5\"><c r=\"E5\"><v>4</v></c></row>"
      "<row r=\"6\"><c r=\"C6\"><v>3</v></c><c r=\"E6\"><v>6</v></c></row>";
  const Table table = read(book);
  EXPECT_EQ(table.names().front(), "x");
  EXPECT_EQ(table.names().back(), "y");
  EXPECT_EQ(column(table, static_cast<index_t>(table.names().size()) - 1), (Values{2, 4, 6}));
  EXPECT_EQ(table.line(1), 5);
  EXPECT_TRUE(std::isnan(table.values(0)[1]));
}

TEST(Workbook, FormulasWithoutValuesAreNamed) {
  Book book = simple();
  book.sheets[0].second =
      "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>"
      "<row><c><v>1</v></c><c><f>A2*2</f></c></row><row><c><v>2</v></c><c><f>A3*2</f></c></row>";
  const Table table = read(book);
  EXPECT_TRUE(mentions(table, "2 formulas have no value; open the file in a spreadsheet"));
  EXPECT_NE(value_error(table, 1).find("'=A2*2'"), std::string::npos) << value_error(table, 1);
}

TEST(Workbook, NumbersInFormatsOfDatesAreTimes) {
  Book book = simple();
  book.formats = {"dd/mm/yyyy\\ hh:mm"};
  book.sheets[0].second =
      "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>"
      "<row><c s=\"1\"><v>45349.5</v></c><c><v>1</v></c></row>"
      "<row><c s=\"1\"><v>45350.25</v></c><c><v>2</v></c></row>"
      "<row><c s=\"1\"><v>45352</v></c><c><v>3</v></c></row>";
  const Table table = read(book);
  EXPECT_EQ(column(table, 0), (Values{0, 64800, 216000}));
  EXPECT_TRUE(mentions(table, "2024-02-27T12:00:00")) << table.notes().front();
}

TEST(Workbook, DatesAreCountedAsExcelDoes) {
  const auto date = [](double serial) { return serial_moment(serial, CellStyle::date, false); };
  EXPECT_EQ(date(1), "1900-01-01");
  EXPECT_EQ(date(59), "1900-02-28");
  EXPECT_EQ(date(61), "1900-03-01");
  EXPECT_EQ(date(43831), "2020-01-01");
  EXPECT_EQ(date(2958465), "9999-12-31");
  EXPECT_EQ(date(45349.75 + 0.5 / 86400), "2024-02-27T18:00:00.500");
  EXPECT_EQ(serial_moment(42369, CellStyle::date, true), "2020-01-01");
  EXPECT_EQ(serial_moment(0.25, CellStyle::clock, false), "06:00:00");
  EXPECT_EQ(serial_moment(1.25, CellStyle::duration, false), "30:00:00");
  // One that rounds up to the next day.
  EXPECT_EQ(date(45349.9999999999), "2024-02-28");
}

TEST(Workbook, FormatsOfDatesAreTold) {
  for (const char* const format : {"dd/mm/yyyy", "[$-409]d-mmm-yy;@", "yyyy\\-mm\\-dd hh:mm:ss.000",
                                   "mmm", "\"day\" d", "m/d/yy h:mm AM/PM"})
    EXPECT_EQ(style_of_format(format), CellStyle::date) << format;
  for (const char* const format : {"hh:mm", "h:mm:ss AM/PM", "mm:ss.0"})
    EXPECT_EQ(style_of_format(format), CellStyle::clock) << format;
  for (const char* const format : {"[h]:mm:ss", "[mm]:ss"})
    EXPECT_EQ(style_of_format(format), CellStyle::duration) << format;
  for (const char* const format : {"General", "0.00", "#,##0", "0.00E+00", "[Red]-0.0", "0%", "@",
                                   "0.0\" mm\"", "\"yd\" 0", "0 \\d"})
    EXPECT_EQ(style_of_format(format), CellStyle::number) << format;
}

TEST(Workbook, BombsAreRefused) {
  if (!has_zlib()) GTEST_SKIP() << "built without zlib";
  std::vector<Part> parts = simple().parts();
  for (Part& part : parts) part.is_deflated = true;
  parts.back().claimed_size = 4'000'000'000;
  EXPECT_NE(refusal(zip_of(parts)).find("to far more than a table would"), std::string::npos);
  parts.back().claimed_size = parts.back().content.size() - 10;
  EXPECT_NE(refusal(zip_of(parts)).find("is damaged in 'xl/sheet1.xml'"), std::string::npos);
  parts.back().claimed_size = parts.back().content.size() + 10;
  EXPECT_NE(refusal(zip_of(parts)).find("is damaged in 'xl/sheet1.xml'"), std::string::npos);
}

TEST(Workbook, CellsFarApartAreRefused) {
  Book book = simple();
  book.sheets[0].second = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>";
  for (int i = 2; i < 20'000; ++i) book.sheets[0].second += "<row><c><v>1</v></c></row>";
  book.sheets[0].second += "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
  EXPECT_NE(refusal(book.bytes()).find("cells so far apart"), std::string::npos);
  for (const char* const row :
       {"<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>", "<row r=\"1048577\"><c><v>1</v></c></row>",
        "<row r=\"2\"><c><v>1</v></c></row><row r=\"1\"><c><v>1</v></c></row>",
        "<row r=\"1\"><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>",
        "<row r=\"99999999999999999999\"><c><v>1</v></c></row>"}) {
    book.sheets[0].second = row;
    EXPECT_NE(refusal(book.bytes()), "") << row;
  }
}

TEST(Workbook, EndsWellWhateverIsDamaged) {
  Book book = simple();
  book.formats = {"yyyy-mm-dd"};
  const std::string good = book.bytes();
  for (std::size_t size = 4; size < good.size(); size += 7)
    EXPECT_THROW(parse_table(good.substr(0, size), "d.xlsx"), InputError) << size;
  // Any byte may be wrong: a table or an error, no more.
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char wrong : {'\0', '\xFF', '<', '9'}) {
      std::string bad = good;
      bad[at] = wrong;
      try {
        EXPECT_GT(parse_table(bad, "d.xlsx").rows(), 0);
      } catch (const InputError&) {
        continue;
      }
    }
  }
}

TEST(Xml, IsReadWithoutExpandingAnything) {
  XmlScan scan("<!DOCTYPE x [<!ENTITY a \"b\">]><p:x a='1>2' b=\"3\"/>t&a;&#x41;<![CDATA[<&]]>");
  EXPECT_EQ(scan.next(), XmlScan::Event::text);  // what is behind the first > of the declaration
  EXPECT_EQ(scan.next(), XmlScan::Event::open);
  EXPECT_EQ(scan.name(), "x");
  EXPECT_EQ(scan.attribute("a"), "1>2");
  EXPECT_EQ(scan.attribute("b"), "3");
  EXPECT_EQ(scan.attribute("c"), "");
  EXPECT_EQ(scan.next(), XmlScan::Event::close);
  EXPECT_EQ(scan.next(), XmlScan::Event::text);
  EXPECT_EQ(scan.text(), "tA");
  EXPECT_EQ(scan.next(), XmlScan::Event::text);
  EXPECT_EQ(scan.text(), "<&");
  EXPECT_EQ(scan.next(), XmlScan::Event::end);
  EXPECT_FALSE(scan.is_cut_off());
}

TEST(CompressedNpz, IsReadAndBounded) {
  if (!has_zlib()) GTEST_SKIP() << "built without zlib";
  std::ifstream file(std::string(NLSQ_TEST_DATA) + "/tables/compressed.npz", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const Table table = parse_table(bytes, "t.npz");
  EXPECT_EQ(table.names(), (Names{"x"}));
  EXPECT_EQ(column(table, 0), (Values{0, 1, 2}));
}

}  // namespace
}  // namespace nlsq::data
