// SPDX-License-Identifier: MIT
#include "data/text_reader.hpp"

#include <cmath>
#include <cstdio>
#include <random>

#include "table_support.hpp"

namespace nlsq::data {
namespace {

TEST(TextReader, ReadsTheShippedExample) {
  const Table table =
      read_table(std::string(NLSQ_EXAMPLE_DATA) + "/WISH17701_calibration_panel103_tube3.txt");
  EXPECT_EQ(table.names(), (Names{"X", "Y", "E"}));
  EXPECT_EQ(table.rows(), 512);
  EXPECT_EQ(table.values(1)[2], 73);
  EXPECT_EQ(table.line(0), 3);
  EXPECT_EQ(table.line(511), 514);
}

TEST(TextReader, ReadsEveryDelimiter) {
  for (const char* text :
       {"x,y\n1,2\n3,4\n", "x;y\n1;2\n3;4\n", "x\ty\n1\t2\n3\t4\n", "x y\n 1  2\n3 \t 4 \n"}) {
    const Table table = parse(text);
    EXPECT_EQ(column(table, 0), (Values{1, 3})) << text;
    EXPECT_EQ(column(table, 1), (Values{2, 4})) << text;
  }
}

TEST(TextReader, ReadsADelimiterThatIsGiven) {
  ReadOptions options;
  options.delimiter = '|';
  EXPECT_EQ(column(parse("x|y\n1|2\n", options), 1), (Values{2}));
}

TEST(TextReader, ReadsEveryLineEnd) {
  for (const char* text :
       {"x,y\n1,2\n3,4", "x,y\r\n1,2\r\n3,4\r\n", "x,y\r1,2\r3,4\r", "x,y\r\n1,2\n3,4\r"}) {
    const Table table = parse(text);
    EXPECT_EQ(column(table, 1), (Values{2, 4})) << text;
    EXPECT_EQ(table.line(1), 3) << text;
  }
}

TEST(TextReader, SkipsAByteOrderMark) {
  EXPECT_EQ(parse("\xEF\xBB\xBFx,y\n1,2\n").names(), (Names{"x", "y"}));
}

TEST(TextReader, SkipsLines) {
  ReadOptions options;
  options.skip = 2;
  const Table table = parse("made by\nhand, \"1,2\nx,y\n1,2\n", options);
  EXPECT_EQ(table.names(), (Names{"x", "y"}));
  EXPECT_EQ(table.line(0), 4);
}

TEST(TextReader, RefusesToSkipMoreLinesThanThereAre) {
  ReadOptions options;
  options.skip = 5;
  EXPECT_EQ(parse_error("1,2\n3,4\n", options), "t.csv: skip is 5, but the file has only 2 lines");
  options.skip = 2;
  EXPECT_EQ(parse_error("1,2\n3,4\n", options),
            "t.csv: the file holds no data, only blank lines or comments");
}

TEST(TextReader, IgnoresBlankLinesAndComments) {
  const Table table = parse("x,y\n\n1,2\n# note, with comma\n   \n3,4\n\n");
  EXPECT_EQ(column(table, 0), (Values{1, 3}));
  EXPECT_EQ(table.line(0), 3);
  EXPECT_EQ(table.line(1), 6);
  EXPECT_EQ(table.line(2), 0);
}

TEST(TextReader, TakesPercentAndBangAsCommentsOnlyBetweenBlanks) {
  EXPECT_EQ(column(parse("x y\n% a\n1 2\n! b\n3 4\n"), 0), (Values{1, 3}));
  EXPECT_EQ(parse("x,y\n%a,2\n").is_text(0), true);
}

TEST(TextReader, EndsABlankDelimitedRowAtAComment) {
  EXPECT_EQ(column(parse("1 2 # start\n3 4\n"), 1), (Values{2, 4}));
}

TEST(TextReader, ReadsQuotedFields) {
  const Table table = parse("\"x\",note,\"y\"\n\"1.5\",\"a, \"\"b\"\"\nc\",\" 2 \"\n3,,\"4\"\n");
  EXPECT_EQ(column(table, 0), (Values{1.5, 3}));
  EXPECT_EQ(column(table, 2), (Values{2, 4}));
  EXPECT_TRUE(table.is_text(1));
  EXPECT_EQ(table.line(1), 4);
}

TEST(TextReader, RefusesAQuoteThatIsNeverClosed) {
  const std::string tail = "a quote (\") is opened here and never closed";
  EXPECT_EQ(parse_error("x,y\n1,2\n3,\"4\n5,6\n"), "t.csv:3: " + tail);
  EXPECT_EQ(parse_error("x,\"y\n1,2\n"), "t.csv:1: " + tail);
  EXPECT_EQ(parse_error("x,y\n1,\"2\n"), "t.csv:2: " + tail);
}

TEST(TextReader, RefusesNumbersThatTouch) {
  const std::string rows = " 1.000 -300.0\n 2.000 -500.0\n 3.000 -700.0\n";
  for (const std::string& text : {rows + " 4.000-1100.0\n", rows + " 4.000-1100.0\n 5.000-1300.0\n",
                                  rows + " 4.000-1100.0\n 5.000 -300.0\n 6.000 -300.0\n"}) {
    EXPECT_NE(parse_error(text).find("t.csv:4: two numbers touch in '"), std::string::npos)
        << parse_error(text);
  }
  EXPECT_EQ(parse(rows + "made 2.5-3.5 hours later\n").rows(), 3);
}

TEST(TextReader, ReadsMissingValuesAsNaN) {
  const Table table = parse("x,y\n1,\n,2\nNA,null\n-,.\nN/A,None\n");
  EXPECT_EQ(bits(table.values(0)),
            bits(Values{1, kMissingValue, kMissingValue, kMissingValue, kMissingValue}));
  EXPECT_EQ(bits(table.values(1)),
            bits(Values{kMissingValue, 2, kMissingValue, kMissingValue, kMissingValue}));
}

TEST(TextReader, ReadsTabsWithMissingValuesAtBothEnds) {
  const Table table = parse("x\ty\tz\n\t2\t\n1\t\t3\n");
  EXPECT_EQ(bits(table.values(0)), bits(Values{kMissingValue, 1}));
  EXPECT_EQ(bits(table.values(2)), bits(Values{kMissingValue, 3}));
}

TEST(TextReader, ReadsUnusualNumbers) {
  EXPECT_EQ(column(parse("1.0D+03,+1,1e400,-INF\n"), 0), (Values{1000}));
  EXPECT_EQ(column(parse("1.0D+03,+1,1e400,-INF\n"), 1), (Values{1}));
  EXPECT_EQ(column(parse("1.0D+03,+1,1e400,-INF\n"), 2), (Values{kInfinity}));
  EXPECT_EQ(column(parse("1.0D+03,+1,1e400,-INF\n"), 3), (Values{-kInfinity}));
  EXPECT_EQ(column(parse(" +1.5d0   -2D-1\n"), 1), (Values{-0.2}));
}

TEST(TextReader, ReadsADecimalComma) {
  ReadOptions options;
  options.decimal = ',';
  for (const char* text : {"x;y\n1,5;2,5\n", "x\ty\n1,5\t2,5\n", "x y\n1,5  2,5\n"}) {
    EXPECT_EQ(column(parse(text, options), 1), (Values{2.5})) << text;
  }
}

TEST(TextReader, SeesADecimalComma) {
  for (const char* text :
       {"t;V\n1,5;2,5\n3;4\n", "t\tV\n1,5\t2,5\n3\t4\n", "t V\n1,5 2,5\n3 4\n"}) {
    const Table table = parse(text);
    EXPECT_EQ(column(table, 0), (Values{1.5, 3})) << text;
    EXPECT_EQ(table.notes().at(0), "the comma is read as the decimal mark, as in '1,5'") << text;
  }
  EXPECT_EQ(parse("1,5;2,5\n3,5;4,5\n").names(), (Names{"x", "y"}));
  // Further down than the first hundred rows.
  std::string late = "t;V\n";
  for (int i = 0; i < 300; ++i) late += std::to_string(i) + ";" + std::to_string(2 * i) + "\n";
  const Table table = parse(late + "300,5;1\n");
  EXPECT_EQ(table.values(0)[300], 300.5);
  // Both marks: neither is sure.
  EXPECT_TRUE(parse("t;V\n1,5;2.5\n2,5;3.5\n").is_text(0));
  // Given marks win.
  ReadOptions options;
  options.decimal = '.';
  EXPECT_EQ(value_error(parse("t;V\n1,5;2,5\n", options), 0),
            "t.csv:2: column 't' holds text ('1,5') where a number belongs; if the comma is the "
            "decimal mark, use "
            "--decimal ,");
}

TEST(TextReader, SeesSignsBetweenThousands) {
  EXPECT_EQ(column(parse("x;y\n1;36,431.13\n2;5\n3;1,500\n"), 1), (Values{36431.13, 5, 1500}));
  EXPECT_EQ(column(parse("x,y\n1,\"1,500,000\"\n2,7\n"), 1), (Values{1500000, 7}));
  EXPECT_EQ(column(parse("x;y\n1;36.431,13\n2;5\n"), 1), (Values{36431.13, 5}));
  EXPECT_EQ(column(parse("x;y\n1;1'500\n2;5\n"), 1), (Values{1500, 5}));
  EXPECT_EQ(column(parse("x;y\n1;1 234,5\n2;5\n"), 1), (Values{1234.5, 5}));
  // 1,500 may be either.
  EXPECT_TRUE(parse("x;y\n1;1,500\n2;2,500\n").is_text(1));
}

TEST(TextReader, MarksOfMissingValuesAreNoText) {
  for (const char* mark : {"ERROR", "*", "---", "ND", "<5", ">100", "#N/A", "n.d.", "overflow"}) {
    const Table table = parse(std::string("x;y\n1;2\n2;") + mark + "\n3;4\n");
    ASSERT_FALSE(table.is_text(1)) << mark;
    EXPECT_TRUE(std::isnan(table.values(1)[1])) << mark;
    EXPECT_EQ(is_marked_missing(table.values(1)[1]), std::string(mark) != "#N/A") << mark;
  }
  EXPECT_TRUE(parse("x,y\n1,ND\n2,ND\n").is_text(1));
  EXPECT_TRUE(parse("x,y\n1,2\n2,absent\n3,4\n").is_text(1));
  ReadOptions options;
  options.missing_words = {"absent", "-9999.9"};
  const Table table = parse("x,y\n1,-9999.9\n2,absent\n3,4\n", options);
  EXPECT_TRUE(is_marked_missing(table.values(1)[0]));
  EXPECT_TRUE(is_marked_missing(table.values(1)[1]));
}

TEST(TextReader, PercentagesAreNumbersIfAllAre) {
  const Table table = parse("x,y\n1,12.5%\n2,50 %\n3,\n");
  EXPECT_EQ(table.values(1)[0], 12.5);
  EXPECT_EQ(table.values(1)[1], 50);
  EXPECT_NE(table.notes().at(0).find("percent"), std::string::npos);
  EXPECT_TRUE(parse("x,y\n1,12.5%\n2,0.5\n").is_text(1));
}

TEST(TextReader, LinesOfNamesAndRowsAreGiven) {
  const std::string text = "a,b\n1,2\nx,y\n3,4\n5,6\n7,8\n";
  ReadOptions options;
  options.header_line = 3;
  EXPECT_EQ(parse(text, options).names(), (Names{"x", "y"}));
  EXPECT_EQ(column(parse(text, options), 0), (Values{3, 5, 7}));
  options.header_line = 0;
  EXPECT_EQ(parse("x,y\n3,4\n5,6\n7,8\n", options).names(), (Names{"x", "y"}));
  EXPECT_EQ(parse("p,q\n3,4\n5,6\n7,8\n", options).names(), (Names{"x", "y"}));
  options.header_line = 9;
  EXPECT_THROW(parse(text, options), DataError);
  options = {};
  options.first_row_line = 4;
  options.last_row_line = 5;
  const Table table = parse(text, options);
  EXPECT_EQ(column(table, 1), (Values{4, 6}));
  EXPECT_EQ(table.names(), (Names{"x", "y"}));
  EXPECT_EQ(table.line(0), 4);
  options.first_row_line = 50;
  options.last_row_line = 0;
  EXPECT_THROW(parse(text, options), DataError);
  options.header_line = -2;
  EXPECT_THROW(parse(text, options), InputError);
}

TEST(TextReader, OfTwoTablesNeitherIsTaken) {
  const std::string text = "x,y\n1,2\n2,3\n3,4\nSegment 2\n1,5\n2,6\n3,7\n";
  const std::string error = parse_error(text);
  EXPECT_NE(
      error.find("2 tables of like size stand in this file, lines 2 to 4 (3 rows of 2 fields) "
                 "and lines 6 to 8 (3 rows of 2 fields)"),
      std::string::npos)
      << error;
  EXPECT_NE(error.find("--rows 2:4 or --rows 6:8"), std::string::npos) << error;
  ReadOptions options;
  options.block = 2;
  EXPECT_EQ(column(parse(text, options), 1), (Values{5, 6, 7}));
  options.block = 1;
  EXPECT_EQ(column(parse(text, options), 1), (Values{2, 3, 4}));
  options.block = ReadOptions::kAllBlocks;
  EXPECT_EQ(column(parse(text, options), 1), (Values{2, 3, 4, 5, 6, 7}));
  options.block = 3;
  EXPECT_THROW(parse(text, options), DataError);
  options = {};
  options.first_row_line = 6;
  EXPECT_EQ(column(parse(text, options), 1), (Values{5, 6, 7}));
}

TEST(TextReader, NamesThatComeAgainAreLeftOut) {
  const Table table = parse("x,y\n1,2\n2,3\nx,y\n3,4\n4,5\n");
  EXPECT_EQ(column(table, 0), (Values{1, 2, 3, 4}));
  EXPECT_EQ(table.line(2), 5);
  EXPECT_EQ(table.notes().at(0),
            "the line of the names comes again among the rows and is left out there");
}

TEST(TextReader, ALastFieldBetweenBlanksMayBeMissing) {
  const Table table =
      parse("13  3.54  98.7\n14  3.58  98.3  57\n15  3.63  98.5\n16  3.67  98.9  55\n");
  ASSERT_EQ(table.names().size(), 4U);
  EXPECT_TRUE(std::isnan(table.values(3)[0]));
  EXPECT_EQ(table.values(3)[3], 55);
  EXPECT_NE(parse_error("13  3.54  98.7\n14  3.58       98.3  57\n").find("4 fields found"),
            std::string::npos)
      << "the fields are not in their places";
}

TEST(TextReader, HintsAtADecimalCommaTooMany) {
  ReadOptions options;
  options.decimal = ',';
  EXPECT_EQ(value_error(parse("t;V\n1.5;2,5\n", options), 0),
            "t.csv:2: column 't' holds text ('1.5') where a number belongs; the decimal mark is "
            "set to a comma, this "
            "field has a point");
}

TEST(TextReader, RefusesRaggedRows) {
  EXPECT_EQ(parse_error("x,y\n1,2\n3\n4,5\n"),
            "t.csv:3: 1 field found, 2 expected (as in the header, line 1)");
  EXPECT_EQ(parse_error("1,2\n3,4\n\n5,6,7,8\n"),
            "t.csv:4: 4 fields found, 2 expected (as in line 1)");
  EXPECT_EQ(parse_error("1 2\n# c\n3 4 5 6 # d\n"),
            "t.csv:3: 4 fields found, 2 expected (as in line 1); between blanks a field cannot be "
            "empty: write NA where a value is missing, or export the table with commas");
  EXPECT_EQ(parse_error("x,y\n1,2,3\n"),
            "t.csv:2: 3 fields found, 2 expected (as in the header, line 1)");
  EXPECT_EQ(parse_error("x,y\n\"a\nb\",1\n2\n"),
            "t.csv:4: 1 field found, 2 expected (as in the header, line 1)");
}

TEST(TextReader, KeepsTextColumnsUntilTheyAreUsed) {
  const Table table = parse("name,x\n7,1\nfoo,2\nbar,3\n");
  EXPECT_TRUE(table.is_text(0));
  EXPECT_FALSE(table.is_text(1));
  EXPECT_EQ(column(table, 1), (Values{1, 2, 3}));
  EXPECT_EQ(value_error(table, 0),
            "t.csv:3: column 'name' holds text ('foo') where a number belongs");
}

TEST(TextReader, RefusesWhatHoldsNoData) {
  EXPECT_EQ(parse_error(""), "t.csv: the file is empty");
  EXPECT_EQ(parse_error("\n\n"), "t.csv: the file holds no data, only blank lines or comments");
  EXPECT_EQ(parse_error("\xEF\xBB\xBF"),
            "t.csv: the file holds no data, only blank lines or comments");
  EXPECT_EQ(parse_error("# a\n"), "t.csv: the file holds no data, only blank lines or comments");
}

TEST(TextReader, RefusesNulBytes) {
  const std::string tail =
      "a NUL byte: this is a binary file, not a table in text; export it as CSV";
  EXPECT_EQ(parse_error(std::string("x,y\n1,\0\n", 8)), "t.csv:2: " + tail);
  std::string late = "x,y\n";
  while (late.size() < 100000) late += "1,2\n";
  const auto lines = late.size() / 4;
  EXPECT_EQ(parse_error(late + std::string("3,\0\n", 4)),
            "t.csv:" + std::to_string(lines + 1) + ": " + tail);
}

TEST(TextReader, RefusesOptionsThatMakeNoSense) {
  ReadOptions options;
  options.decimal = ';';
  EXPECT_THROW(parse("1,2\n", options), InputError);
  options = {};
  options.decimal = ',';
  options.delimiter = ',';
  EXPECT_THROW(parse("1,2\n", options), InputError);
  options = {};
  options.delimiter = '5';
  EXPECT_THROW(parse("1,2\n", options), InputError);
  options = {};
  options.skip = -1;
  EXPECT_THROW(parse("1,2\n", options), InputError);
  options = {};
  options.threads = -1;
  EXPECT_THROW(parse("1,2\n", options), InputError);
}

TEST(TextReader, GivesBackRandomDoublesBitForBit) {
  std::mt19937_64 random(7);
  std::string text = "x,y\n";
  Values expected;
  char line[64];
  for (int i = 0; i < 40000; ++i) {
    double value = 0;
    do {
      value = std::bit_cast<double>(random());
    } while (!(value - value == 0));
    expected.push_back(value);
    std::snprintf(line, sizeof line, "%d,%.17g\n", i, value);
    text += line;
  }
  EXPECT_EQ(bits(parse(text).values(1)), bits(expected));
}

// A text with everything that moves rows against lines, and text and missing values.
std::string awkward_text(unsigned seed, bool quotes) {
  std::mt19937 random(seed);
  std::string text = "x,note,y\r\n";
  const char* ends[] = {"\n", "\r\n", "\r"};
  for (int i = 0; i < 300; ++i) {
    const auto choice = random() % 12;
    if (choice == 0) text += "# comment, with commas";
    if (choice == 1) text += "  ";
    if (choice == 2) text += " " + std::to_string(i) + " , +3 , NA ";
    if (choice == 3 && quotes) text += "\"1\",\"a\nb\",2";
    if (choice > 3)
      text +=
          std::to_string(i) + (i > 200 ? ",word,1." : ",5,1.") + std::to_string(random() % 1000);
    text += ends[random() % 3];
  }
  return text;
}

std::string described(const Table& table) {
  std::string out;
  for (const std::string& name : table.names()) out += name + "|";
  for (const std::string& note : table.notes()) out += note + "|";
  for (index_t i = 0; i < table.rows(); ++i) out += std::to_string(table.line(i)) + " ";
  for (index_t j = 0; j < static_cast<index_t>(table.names().size()); ++j) {
    if (table.is_text(j)) {
      out += value_error(table, j);
      continue;
    }
    for (const auto value : bits(table.values(j))) out += std::to_string(value) + ",";
  }
  return out;
}

TEST(TextReader, GivesTheSameTableForAnyThreadsAndChunks) {
  for (const bool joined : {false, true}) {
    for (unsigned seed = 0; seed < 8; ++seed) {
      const std::string text = awkward_text(seed, seed % 2 == 1);
      ReadOptions options;
      if (joined) options.block = ReadOptions::kAllBlocks;
      options.threads = 1;
      const std::string expected = described(read_text(text, "t.csv", options, 1 << 20));
      for (const int threads : {1, 2, 3, 7, 40}) {
        options.threads = threads;
        for (const index_t chunk : {1, 7, 100, 1000}) {
          ASSERT_EQ(described(read_text(text, "t.csv", options, chunk)), expected)
              << threads << " " << chunk;
        }
      }
    }
  }
}

TEST(TextReader, ReportsTheFirstFaultForAnyThreadsAndChunks) {
  std::string text = "x,y\n";
  for (int i = 0; i < 200; ++i) text += i == 120 || i == 150 ? "1,2,3\n" : "4,5\n\n";
  for (const int threads : {1, 2, 3, 7}) {
    ReadOptions options;
    options.threads = threads;
    EXPECT_EQ(data_error([&] { read_text(text, "t.csv", options, 16); }),
              "t.csv:242: 3 fields found, 2 expected (as in the header, line 1)");
  }
}

TEST(TextReader, ReadsALargeTextOnManyThreads) {
  std::string text = "x,y\n";
  double sum = 0;
  for (int i = 0; i < 200000; ++i) {
    text += std::to_string(i) + "," + std::to_string(i % 97) + "\n";
    sum += i % 97;
  }
  ReadOptions options;
  options.threads = 4;
  const Table table = parse(text, options);
  double found = 0;
  for (const double value : table.values(1)) found += value;
  EXPECT_EQ(table.rows(), 200000);
  EXPECT_EQ(found, sum);
  EXPECT_EQ(table.line(199999), 200001);
}

TEST(TextReader, NeedsLittleMemoryForManyColumnsAndBlankLines) {
  const std::string wide = std::string(50000, ',') + "\n";
  const std::string text = "1" + wide + std::string(50000, '\n') + "2" + wide;
  ReadOptions options;
  options.block = ReadOptions::kAllBlocks;
  const Table table = parse(text, options);
  EXPECT_EQ(table.rows(), 2);
}

}  // namespace
}  // namespace nlsq::data
