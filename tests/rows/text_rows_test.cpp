// SPDX-License-Identifier: MIT
// Texts that are parsed in pieces into a scratch file: the values of the whole text read at once,
// compressed or not, and the messages with the lines of the file.
#include <cmath>
#include <cstdlib>

#include "nlsq/error.hpp"
#include "rows/row_support.hpp"

namespace nlsq::test {
namespace {

std::size_t z(index_t i) { return static_cast<std::size_t>(i); }

// More than two blocks of text.
constexpr index_t kRows = 300'000;

std::string text_of(index_t rows, index_t bad = -1, const std::string& instead = "") {
  std::string text = "# made for a test\ntime,signal,word,error\n";
  char line[128];
  for (index_t i = 0; i < rows; ++i) {
    if (i == bad) {
      text += instead + "\n";
      continue;
    }
    if (i % 1000 == 500) text += "# a comment\n";
    std::snprintf(line, sizeof(line), "%.17g,%.15g,w,%.3g\n", 0.001 * static_cast<double>(i),
                  std::sin(static_cast<double>(i)), 0.5);
    text += line;
  }
  return text;
}

std::vector<double> column_of(const Table& table, const std::string& name) {
  const auto values = table.values(table.find(name));
  return {values.begin(), values.end()};
}

RowFileOptions used(std::vector<std::string> names, int threads = 2) {
  RowFileOptions options;
  options.used = std::move(names);
  options.read.threads = threads;
  return options;
}

TEST(TextRows, HasTheValuesOfTheWholeText) {
  const Folder folder;
  const std::string path = folder.write("d.csv", text_of(kRows));
  const Table whole = read_table(path);
  for (const int threads : {1, 2, 5}) {
    const OpenedRows opened = open_rows({path}, used({"signal", "time"}, threads));
    EXPECT_EQ(opened.rows->rows(), kRows);
    EXPECT_EQ(opened.rows->columns().size(), 2u);
    EXPECT_EQ(through_cursor(*opened.rows, "time"), column_of(whole, "time"));
    EXPECT_EQ(through_cursor(*opened.rows, "signal"), column_of(whole, "signal"));
  }
  EXPECT_EQ(read_head(path).names(), whole.names());
  EXPECT_LT(read_head(path).rows(), kRows);
}

TEST(TextRows, JoinsTexts) {
  const Folder folder;
  const std::string a = folder.write("a.csv", text_of(1000)), b = folder.write("b.csv", text_of(7));
  const OpenedRows opened = open_rows({a, b}, used({"time"}));
  EXPECT_EQ(opened.rows->rows(), 1007);
  EXPECT_EQ(through_cursor(*opened.rows, "time")[1000], 0.0);
}

TEST(TextRows, UnpacksCompressedFiles) {
  const Folder folder;
  const std::string path = folder.write("d.csv", text_of(kRows));
  const std::vector<double> times = through_cursor(*open_rows({path}, used({"time"})).rows, "time");
  std::vector<double> x(5000, 1.5), y(5000, 2.5);
  const std::string array = folder.write("a.npy", npy_of({x, y}));
  for (const auto& [tool, ending] : {std::pair{"gzip", ".gz"}, {"zstd", ".zst"}}) {
    if (!reads_compressed(tool)) continue;
    const std::string pack = std::string(tool) + " -q -k -f ";
    if (std::system((pack + path + " " + array).c_str()) != 0) continue;  // no such tool here
    const std::string packed = path + ending;
    EXPECT_EQ(through_cursor(*open_rows({packed}, used({"time"})).rows, "time"), times) << tool;
    EXPECT_EQ(through_cursor(*open_rows({array + ending}).rows, "y"), y) << tool;
    // Two files packed one after the other are one text.
    std::system(("cat " + packed + " " + packed + " > " + packed + ".twice").c_str());
    EXPECT_EQ(open_rows({packed + ".twice"}, used({"time"})).rows->rows(), 2 * kRows);
    ::truncate(packed.c_str(), 50'000);
    EXPECT_THROW(open_rows({packed}, used({"time"})), DataError) << tool;
  }
}

std::string message_of(const std::string& path, const RowFileOptions& options) {
  try {
    open_rows({path}, options);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "opened";
}

TEST(TextRows, NamesTheLineOfWhatIsWrong) {
  const Folder folder;
  // Line 2 names the columns, row 250,000 is on line 250,002 + 1, and 250 comments are before it.
  constexpr index_t kBad = 250'000;
  const std::string line = ":" + std::to_string(kBad + 3 + 250) + ": ";
  const auto about = [&](const std::string& instead, std::vector<std::string> names) {
    const std::string path = folder.write("d.csv", text_of(kRows, kBad, instead));
    return message_of(path, used(std::move(names)));
  };
  EXPECT_NE(about("1,2", {"time"}).find(line), std::string::npos) << about("1,2", {"time"});
  EXPECT_NE(
      about("1,2,w,oops", {"time", "error"}).find(line + "column 'error' holds the text 'oops'"),
      std::string::npos);
  EXPECT_EQ(about("1,2,w,oops", {"time", "signal"}), "opened");
  EXPECT_NE(about("1,,w,2", {"time", "signal"}).find(line + "'signal' is missing here"),
            std::string::npos);
  EXPECT_NE(about("1,2,w,3", {"tme"}).find("there is no column 'tme'"), std::string::npos);
  EXPECT_NE(message_of(folder.write("e.csv", ""), used({"x"})).find("empty"), std::string::npos);
}

TEST(TextRows, LeavesOutRowsWithoutValues) {
  const Folder folder;
  const std::string path = folder.write("d.csv", text_of(kRows, 250'000, "1,,w,2"));
  RowFileOptions options = used({"time", "signal"});
  options.missing = Missing::omit;
  const OpenedRows opened = open_rows({path}, options);
  EXPECT_EQ(opened.omitted, 1);
  EXPECT_EQ(opened.rows->rows(), kRows - 1);
  EXPECT_EQ(through_cursor(*opened.rows, "time")[z(250'000)], 0.001 * 250'001.0);
}

TEST(TextRows, RefusesWhatOnlyTheWholeTextTells) {
  const Folder folder;
  const std::string dates =
      folder.write("t.csv", "t,y\n2023-01-01,1\n2023-01-02,2\n2023-01-03,3\n");
  EXPECT_NE(message_of(dates, used({"t", "y"})).find("holds times"), std::string::npos);
  EXPECT_EQ(message_of(dates, used({"y"})), "opened");
  const std::string a = folder.write("a.csv", "x,y\n1,2\n2,3\n3,5\n");
  const std::string b = folder.write("b.csv", "x,z\n1,2\n2,3\n3,5\n");
  const std::string c = folder.write("c.csv", "x,y\n");
  EXPECT_THROW(open_rows({a, b}, used({"x"})), DataError);
  EXPECT_THROW(open_rows({a, c}, used({"x"})), DataError);
  RowFileOptions no_room = used({"x"});
  no_room.scratch = folder.path("nowhere");
  EXPECT_THROW(open_rows({a}, no_room), IoError);
}

}  // namespace
}  // namespace nlsq::test
