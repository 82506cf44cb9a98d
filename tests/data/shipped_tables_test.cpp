// SPDX-License-Identifier: MIT
// Whole files of tests/data/tables, as instruments and programs write them; the .npy files are
// NumPy's own.
#include "table_support.hpp"

namespace nlsq::data {
namespace {

Table read_file(const std::string& name, const ReadOptions& options = {}) {
  return read_table(std::string(NLSQ_TEST_DATA) + "/tables/" + name, options);
}

TEST(ShippedTable, WithDecimalCommasAndTrailingDelimiters) {
  ReadOptions options;
  options.decimal = ',';
  const Table table = read_file("decimal_comma.csv", options);
  EXPECT_EQ(table.names(), (Names{"Zeit (s)", "Spannung (V)"}));
  EXPECT_EQ(bits(table.values(1)), bits(Values{1.25, 0.8, kMissingValue, 0.31}));
  EXPECT_EQ(table.line(3), 6);
}

TEST(ShippedTable, OfAFortranProgram) {
  const Table table = read_file("fortran_output.txt");
  EXPECT_EQ(table.names(), (Names{"TIME", "FLUX", "ERR"}));
  EXPECT_EQ(bits(table.values(1)), bits(Values{1.25, -0.8, kMissingValue}));
  EXPECT_EQ(column(table, 2), (Values{0.01, 0.01, kInfinity}));
  EXPECT_EQ(table.line(2), 6);
}

TEST(ShippedTable, OfASpreadsheet) {
  const Table table = read_file("spreadsheet.csv");
  EXPECT_EQ(table.names(), (Names{"Time", "Signal, raw", "Note"}));
  EXPECT_EQ(bits(table.values(1)), bits(Values{1.5, kMissingValue, 2.5}));
  EXPECT_TRUE(table.is_text(2));
}

TEST(ShippedTable, OfNumPyInFortranOrderAndBigEndian) {
  const Table table = read_file("matrix_big_endian_fortran.npy");
  EXPECT_EQ(column(table, 0), (Values{0.5, 2.5, 4.5}));
  EXPECT_EQ(column(table, 1), (Values{1.5, 3.5, 5.5}));
}

TEST(ShippedTable, OfNumPyWithAlignedRecordsAndNamesInLatin1OrUtf8) {
  for (const std::string last : {"temps é", "R (Ω)"}) {
    const Table table = read_file(last[0] == 't' ? "records_latin1.npy" : "records_utf8.npy");
    EXPECT_EQ(table.names(), (Names{"t", "ok", "n", last}));
    EXPECT_EQ(column(table, 0), (Values{0.5, 1.5, 2.5}));
    EXPECT_EQ(column(table, 1), (Values{1, 0, 1}));
    EXPECT_EQ(column(table, 2), (Values{-1, 2, -3}));
    EXPECT_EQ(column(table, 3), (Values{1, 2, 3}));
  }
}

}  // namespace
}  // namespace nlsq::data
