// SPDX-License-Identifier: MIT
// Files as instruments write them, small and made up after the formats' descriptions: which rows
// are read, what the columns are called, and what is said.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "data/text_reader.hpp"
#include "table_support.hpp"

namespace nlsq::data {
namespace {

struct Expected {
  const char* file;
  Names names;
  index_t rows;
  Values first, last;  ///< of the columns that are no text
  const char* note;    ///< part of one
};

Values row_of(const Table& table, index_t row) {
  Values out;
  for (index_t j = 0; j < static_cast<index_t>(table.names().size()); ++j) {
    if (!table.is_text(j)) out.push_back(table.values(j)[static_cast<std::size_t>(row)]);
  }
  return out;
}

void expect_near(const Values& found, const Values& expected, const char* file) {
  ASSERT_EQ(found.size(), expected.size()) << file;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (std::isnan(expected[i]))
      EXPECT_TRUE(std::isnan(found[i])) << file << " " << i;
    else
      EXPECT_NEAR(found[i], expected[i], 1e-9 * std::max(1.0, std::abs(expected[i])))
          << file << " " << i;
  }
}

std::string all_notes(const Table& table) {
  std::string out;
  for (const std::string& note : table.notes()) out += note + "\n";
  return out;
}

const std::vector<Expected>& expectations() {
  static const std::vector<Expected> kAll{
      {"jasco.txt",
       {"x", "y"},
       8,
       {2500, 0.1},
       {2496.5, 0.17},
       "15 lines before the table and 4 after it are left out"},
      {"jasco.csv",
       {"x", "y"},
       8,
       {2500, 0.1},
       {2496.5, 0.17},
       "6 lines before the table are left out"},
      {"eclab.mpt",
       {"freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm",
        "Cs/\xC2\xB5"
        "F"},
       9,
       {1000, 60, 1, 40},
       {111.11111, 68, 5, 32},
       "8 lines before the table are left out; names "
       "from line 9"},
      {"eclab_cv.mpt",
       {"mode", "ox/red", "error", "time/s", "Ewe/V", "<I>/mA"},
       7,
       {2, 1, 0, 0, 0, 0.3},
       {2, 1, 0, 0.6, 0.06, 0.18},
       "names from line 6"},
      {"gamry.DTA",
       {"Pt", "T", "Vf", "Im", "Vu", "Sig", "Ach", "IERange", "Over"},
       6,
       {0, 0.01, -0.2, 1e-5, 0, 0, 0, 8},
       {5, 0.06, -0.2, 1.6667e-6, 0, 0, 0, 8},
       "names from line 8, units from line 9"},
      {"rigol.csv",
       {"X", "CH1", "CH2"},
       8,
       {-0.002, 0, 0.5},
       {0.0015, 0.14, 0.43},
       "'X' is Start + Increment times the number in its column"},
      {"rigol_memory.csv",
       {"CH1", "CH2", "time"},
       8,
       {0, 0.5, 0.001},
       {0.14, 0.43, 0.001014},
       "'time' is Start + Increment times the number of the row"},
      {"tektronix.csv",
       {"x", "y"},
       14,
       {-0.016, 0},
       {0.036, 1.3},
       "what stands beside the first rows, down to line 5, is left out: columns 1 to 3"},
      {"tektronix_mso.csv",
       {"TIME", "CH1", "CH2"},
       8,
       {-1e-9, 0, 1},
       {1.2e-10, 0.7, 0.3},
       "10 lines before the table are left out; names from line 11"},
      {"lecroy.csv", {"Time", "Ampl"}, 8, {-4e-6, 0}, {3e-6, 0.07}, "names from line 5"},
      {"keysight.csv",
       {"x-axis", "1"},
       8,
       {-5e-6, 0},
       {2e-6, 0.7},
       "names from line 1, units from line 2"},
      {"becker_hickl.asc",
       {"x", "y"},
       9,
       {0, 100},
       {0.026056, 44},
       "4 lines before the table and 1 after it are left out"},
      {"picoquant.dat", {"counts"}, 9, {1000}, {224}, "7 lines before the table are left out"},
      {"bruker.dpt", {"x", "y"}, 9, {3999.6, 0.01}, {3984.4, 0.026}, "no header"},
      {"bruker_tab.dpt", {"x", "y"}, 9, {3999.6, 0.01}, {3984.4, 0.026}, "no header"},
      {"topas.xy", {"x", "y"}, 9, {10, 120}, {10.16, 144}, "1 line before the table is left out"},
      {"fit2d.chi", {"x", "y"}, 9, {1, 55}, {1.08, 75}, "4 lines before the table are left out"},
      {"gsas.xye",
       {"x", "y", "c3"},
       9,
       {10, 120, 11},
       {10.16, 144, 11.8},
       "3 lines before the table are left out"},
      {"specs.xy", {"energy", "counts/s"}, 8, {715, 6464}, {708, 6534}, "2 blocks of rows"},
      {"hepdata.csv",
       {"PT [GEV]", "PT [GEV] LOW", "PT [GEV] HIGH", "D(SIG)/DPT [PB/GEV]", "stat +", "stat -"},
       6,
       {5, 0, 10, 100, 2, -2},
       {55, 50, 60, 16.67, 0.333, -0.333},
       nullptr},
      {"ocean_optics.txt",
       {"x", "y"},
       9,
       {178, 30},
       {181.04, 46},
       "10 lines before the table and 1 after it are left out"},
      {"shimadzu_uv.txt",
       {"Wavelength nm.", "Abs."},
       9,
       {700, 0.1},
       {692, 0.18},
       "names from line 4"},
      {"shimadzu_lc.txt",
       {"R.Time (min)", "Intensity"},
       9,
       {0, 10},
       {0.06664, 74},
       "names from line 10"},
      {"cary.csv",
       {"Wavelength (nm)", "%T", "Wavelength (nm)_2", "Abs"},
       8,
       {800, 100, 800, 0.1},
       {793, 99.3, 793, 0.17},
       "1 line before the table and 3 after it"},
      {"netzsch.csv",
       {"Temp./\xC2\xB0"
        "C",
        "Time/min", "DSC/(mW/mg)", "Mass/%"},
       9,
       {25, 0, 0, 100},
       {105, 8, 0.8, 96},
       "the comma is read as the decimal mark"},
      {"origin.dat",
       {"Time", "Voltage", "Current"},
       9,
       {0, 5, 0},
       {8, 13, 0.8},
       "names from line 1, units from line 2"},
      {"instron.csv",
       {"Time", "Extension", "Load"},
       9,
       {0, 0, 0},
       {0.8, 0.08, 400},
       "names from line 4, units from line 5"},
      {"logger.csv",
       {"#", "Date Time", "Temp, degC", "Level, m", "Stopped"},
       9,
       {1, 0, 20, 1, NAN},
       {9, 7200, 20.8, 0.92, NAN},
       "'Date Time' is read as seconds"},
      {"weather.csv",
       {"Datum", "Zeit",
        "Temp [\xC2\xB0"
        "C]",
        "Feuchte [%]"},
       9,
       {0, 0, 5, 70},
       {86400, 28800, 7.4, 78},
       "with the dates of 'Datum'"},
      {"buoy.txt",
       {"YY", "MM", "DD", "hh", "WSPD", "WVHT"},
       9,
       {2024, 3, 5, 0, 5, 1},
       {2024, 3, 5, 8, 9, 1.8},
       "YY, MM, DD, hh, WSPD, WVHT; line 2 has the units"},
      {"qpcr.txt",
       {"Well", "Cycle", "ROX", "SYBR"},
       10,
       {1, 16903.5, 2986.954},
       {5, 17803.5, 7486.954},
       "standing between thousands"},
      {"plate_kinetic.txt",
       {"Time",
        "Temperature(\xC2\xB0"
        "C)",
        "A1", "A2", "A3"},
       9,
       {0, 37, 0.1, 0.1, 0.1},
       {240, 37, 0.18, 0.26, 0.1},
       "'Time' is read as seconds"},
      {"utf16.txt", {"Time (s)", "Signal (V)"}, 9, {0, 0}, {8, 4}, "read as UTF-16"},
      {"ir.jdx", {"x", "y"}, 10, {400, 0.1}, {409, 0.19}, "JCAMP-DX, 10 points from line 13 on"},
      {"peaks.jdx", {"x", "y"}, 7, {41, 10}, {99, 12}, "JCAMP-DX, 7 points"},
      {"printed.txt",
       {"time", "signal"},
       10,
       {0, 3},
       {4.5, 12},
       "the line of the names comes again among the rows"},
      {"bom_lines.csv", {"x", "y"}, 8, {0, 0}, {7, 14}, nullptr},
      {"percent.csv", {"Dose (uM)", "Inhibition"}, 9, {0.1, 5}, {656.1, 77}, "the sign of percent"},
      {"lightcurve.txt",
       {"JD", "mag", "err", "band"},
       9,
       {2458100.5, 12, 0.01},
       {2458108.58, 12.8, 0.01},
       "the comment above the data names the columns"},
      {"elapsed.csv",
       {"timestamp", "elapsed time", "T_f", "T_o"},
       9,
       {0, 0, 20, 8},
       {480, 480, 28, 12},
       "names from line 1, units from line 2"},
      {"fluorometer.dat",
       {"Wavelength", "S1", "R1"},
       7,
       {400, 12000, 0.95},
       {406, 12100, 0.94},
       "names from line 1"},
      {"mettler.txt",
       {"Index", "t", "Ts", "Tr", "Value"},
       7,
       {0, 0, 20.5, 20.4, -1.2},
       {6, 12, 26.5, 26.4, -1.26},
       "names from line 6"},
      {"versastat.par",
       {"Definition=Segment #", "Point #", "E(V)", "I(A)", "Elapsed Time(s)"},
       7,
       {1, 0, -0.5, 1e-5, 0},
       {1, 6, -0.44, 1.6e-5, 0.6},
       "names from line 10"},
      {"ortec.Spe", {"y"}, 32, {3}, {1}, "6 lines before the table and 4 after it are left out"},
  };
  return kAll;
}

TEST(Instruments, AreReadAtOnce) {
  EXPECT_GE(expectations().size(), 44U);
  for (const Expected& expected : expectations()) {
    SCOPED_TRACE(expected.file);
    const Table table = read_table(std::string(NLSQ_TEST_DATA) + "/instruments/" + expected.file);
    EXPECT_EQ(table.names(), expected.names);
    ASSERT_EQ(table.rows(), expected.rows) << all_notes(table);
    expect_near(row_of(table, 0), expected.first, expected.file);
    expect_near(row_of(table, table.rows() - 1), expected.last, expected.file);
    if (expected.note != nullptr)
      EXPECT_NE(all_notes(table).find(expected.note), std::string::npos) << all_notes(table);
    else
      EXPECT_EQ(all_notes(table), "");
  }
}

TEST(Instruments, DoNotDependOnChunks) {
  for (const Expected& expected : expectations()) {
    SCOPED_TRACE(expected.file);
    std::ifstream file(std::string(NLSQ_TEST_DATA) + "/instruments/" + expected.file,
                       std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (text.starts_with("\xFF\xFE") || text.starts_with("##TITLE=")) continue;
    const Table a = read_text(text, "t", {}, 1 << 20);
    ReadOptions options;
    options.threads = 4;
    const Table b = read_text(text, "t", options, 7);
    EXPECT_EQ(a.notes(), b.notes());
    ASSERT_EQ(a.rows(), b.rows());
    for (index_t row = 0; row < a.rows(); ++row) {
      EXPECT_EQ(bits(row_of(a, row)), bits(row_of(b, row)));
      EXPECT_EQ(a.line(row), b.line(row));
    }
  }
}

TEST(Instruments, NistsFilesAreReadAtOnce) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(NLSQ_TEST_DATA "/nist")) {
    if (entry.path().extension() != ".dat") continue;
    SCOPED_TRACE(entry.path().filename().string());
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const std::string mark = "Number of Observations:";
    const std::size_t at = text.find(mark);
    ASSERT_NE(at, std::string::npos);
    try {
      EXPECT_EQ(read_table(entry.path().string()).rows(),
                std::atoll(text.c_str() + at + mark.size()));
    } catch (const DataError& error) {
      ADD_FAILURE() << error.what();
    }
    ++files;
  }
  EXPECT_EQ(files, 27);
}

TEST(Instruments, UnitsAreKept) {
  const auto units = [](const char* file) {
    const Table table = read_table(std::string(NLSQ_TEST_DATA) + "/instruments/" + file);
    Names out;
    for (index_t j = 0; j < static_cast<index_t>(table.names().size()); ++j)
      out.push_back(table.unit(j));
    return out;
  };
  EXPECT_EQ(units("origin.dat"), (Names{"s", "mV", "mA"}));
  EXPECT_EQ(units("instron.csv"), (Names{"sec", "mm", "N"}));
  EXPECT_EQ(units("elapsed.csv"), (Names{"s", "s", "degC", "%"}));
  EXPECT_EQ(units("rigol.csv"), (Names{"s", "Volt", "Volt"}));
  EXPECT_EQ(units("ir.jdx"), (Names{"1/CM", "ABSORBANCE"}));
  EXPECT_EQ(units("bruker.dpt"), (Names{"", ""}));
}

}  // namespace
}  // namespace nlsq::data
