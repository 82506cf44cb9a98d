// SPDX-License-Identifier: MIT
#include "data/source.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "table_support.hpp"

namespace nlsq::data {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, removed at its end.
class SourceTest : public testing::Test {
 protected:
  SourceTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              ("nlsq_source_" + std::to_string(::getpid()) + "_" + info->name());
    fs::create_directories(folder_);
  }
  ~SourceTest() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  static std::string read_error(const std::string& path) {
    return data_error([&] { read_table(path); });
  }

  fs::path folder_;
};

TEST_F(SourceTest, ReadsASmallFile) {
  EXPECT_EQ(read_table(write("a.csv", "x,y\n1,2\n")).rows(), 1);
}

TEST_F(SourceTest, ReadsALargeFile) {
  std::string text = "x,y\n";
  while (text.size() < (1U << 20)) text += "1,2\n";
  EXPECT_EQ(read_table(write("a.csv", text)).rows(), (1 << 18) - 1);
}

TEST_F(SourceTest, ReadsFilesOfExactlyWholePages) {
  for (const std::size_t size : {std::size_t{4096}, std::size_t{1} << 18, std::size_t{1} << 20}) {
    std::string text;
    while (text.size() + 4 < size) text += "1,2\n";
    text += "3,45";
    EXPECT_EQ(read_table(write("a.csv", text)).values(1).back(), 45) << size;
  }
}

TEST_F(SourceTest, ReadsANamedPipe) {
  const std::string path = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(path) << "x,y\n1,2\n3,4\n"; });
  const Table table = read_table(path);
  writer.join();
  EXPECT_EQ(column(table, 1), (Values{2, 4}));
}

TEST_F(SourceTest, NamesTheNearestFileIfThereIsNone) {
  const std::string near = write("decay.csv", "1,2\n");
  const std::string path = (folder_ / "decai.csv").string();
  EXPECT_EQ(read_error(path), path + ": no such file (did you mean '" + near + "'?)");
  const std::string far = (folder_ / "spectrum.txt").string();
  EXPECT_EQ(read_error(far), far + ": no such file");
  EXPECT_EQ(read_error("/no/such/folder/a.csv"), "/no/such/folder/a.csv: no such file");
  EXPECT_EQ(read_error(""), "'': no such file: the name is empty");
}

TEST_F(SourceTest, RefusesADirectory) {
  EXPECT_EQ(read_error(folder_.string()),
            folder_.string() + ": this is a directory; name a file in it");
}

TEST_F(SourceTest, RefusesAnEmptyFile) {
  const std::string path = write("a.csv", "");
  EXPECT_EQ(read_error(path), path + ": the file is empty");
}

TEST_F(SourceTest, SaysWhenReadingFails) { EXPECT_THROW(Source("/proc/self/mem"), IoError); }

// A program that truncates the file again and again while it is read.
TEST_F(SourceTest, AFileThatIsCutShortMeanwhileIsAnError) {
  std::string text = "x,y\n";
  while (text.size() < (1U << 23)) text += "1,2\n";
  const std::string path = write("a.csv", text);
  std::atomic<bool> over{false};
  std::thread other([&] {
    while (!over) {
      fs::resize_file(path, 4096);
      fs::resize_file(path, text.size());
    }
  });
  // Chance decides which attempt meets a cut; a reader that never notices one fails at the
  // deadline.
  int refused = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (refused < 3 && std::chrono::steady_clock::now() < deadline) {
    try {
      const Source source(path, 2);
      EXPECT_GT(source.bytes().size(), 0U);
    } catch (const IoError& error) {
      ++refused;
      EXPECT_NE(std::string(error.what()).find("cut short"), std::string::npos);
    }
  }
  over = true;
  other.join();
  EXPECT_EQ(refused, 3);
}

TEST_F(SourceTest, MapsWhenItIsAskedTo) {
  std::string text = "x,y\n";
  while (text.size() < (1U << 20)) text += "1,2\n";
  const std::string path = write("a.csv", text);
  EXPECT_EQ(Source(path, 1, true).bytes(), text);
  EXPECT_EQ(Source(path, 3, false).bytes(), text);
  text.append(std::size_t{5} << 20, '\n');  // several pieces
  EXPECT_EQ(Source(write("b.csv", text), 3).bytes(), text);
}

TEST_F(SourceTest, ReadsStandardInput) {
  const std::string path = write("a.csv", "x,y\n1,2\n");
  const int saved = ::dup(STDIN_FILENO);
  ASSERT_NE(std::freopen(path.c_str(), "r", stdin), nullptr);
  const Table table = read_table("-");
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  EXPECT_EQ(table.source(), "standard input");
  EXPECT_EQ(column(table, 1), (Values{2}));
}

}  // namespace
}  // namespace nlsq::data
