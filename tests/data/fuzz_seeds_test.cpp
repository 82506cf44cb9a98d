// SPDX-License-Identifier: MIT
// The fuzz target's promise without libFuzzer: the seeds of tests/fuzz/corpus/table and some
// thousand mutations of them, with a fixed seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz/table_target.hpp"

#include "support/fuzz_time.hpp"

namespace nlsq::data {
namespace {

std::vector<std::string> seeds() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(NLSQ_TEST_DATA "/../fuzz/corpus/table")) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> out;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    out.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return out;
}

// At least so many mutations, however slow the machine is: NLSQ_FUZZ_COUNT, by default 20,000.
long least_count() {
  const char* value = std::getenv("NLSQ_FUZZ_COUNT");
  return value == nullptr ? 20000 : std::strtol(value, nullptr, 10);
}

// Lines that are moved about: a remark, units, a marker, blank lines, a line again or taken away.
void mutate_lines(std::string& bytes, std::mt19937& random) {
  static const std::string lines[] = {"remark\n", "s,V\n",    "*END\n",  "\n",
                                      "\n\n",     "# c\n",    "\n# d\n", "A,1,2\n",
                                      "1 2\n",    ",1,2,3\n", "x,y\n",   "ERROR,3\n"};
  const std::size_t at = std::min(bytes.find('\n', random() % (bytes.size() + 1)), bytes.size());
  if (at == bytes.size()) return;
  const std::size_t end = std::min(bytes.find('\n', at + 1), bytes.size() - 1);
  const std::string line = bytes.substr(at + 1, end - at);
  switch (random() % 4) {
    case 0: bytes.insert(at + 1, line); break;
    case 1: bytes.erase(at + 1, end - at); break;
    default: bytes.insert(at + 1, lines[random() % std::size(lines)]); break;
  }
}

void mutate(std::string& bytes, const std::vector<std::string>& all, std::mt19937& random) {
  using namespace std::string_literals;
  static const std::string pieces = ",;\t \n\r\"#%!.-+eEdDnaNA0123456789(){}'<>|\xEF\xFF\0"s;
  const auto at = [&] { return bytes.empty() ? 0 : random() % bytes.size(); };
  const std::string& other = all[random() % all.size()];
  if (random() % 3 == 0) return mutate_lines(bytes, random);
  switch (random() % 5) {
    case 0: bytes.insert(at(), 1, pieces[random() % pieces.size()]); break;
    case 1: bytes.erase(at(), random() % 8); break;
    case 2: bytes.replace(at(), 1, 1, pieces[random() % pieces.size()]); break;
    case 3: bytes.insert(at(), bytes.substr(at(), random() % 20)); break;
    default: bytes.insert(at(), other.substr(random() % (other.size() + 1), random() % 20)); break;
  }
}

TEST(TableFuzz, SeedsGiveATableOrAnInputError) {
  const auto all = seeds();
  ASSERT_GE(all.size(), 10U);
  index_t tables = 0;
  for (const std::string& seed : all) tables += try_table(seed, 0, 1) > 0 ? 1 : 0;
  EXPECT_EQ(tables, 33);
}

TEST(TableFuzz, MutatedSeedsGiveATableOrAnInputErrorWhateverTheChunks) {
  const auto all = seeds();
  std::mt19937 random(1);
  const test::FuzzTime time;
  const long least = least_count();
  index_t tables = 0;
  for (long i = 0; i < least || time.left(); ++i) {
    std::string bytes = all[random() % all.size()];
    for (auto n = 1 + random() % 6; n > 0; --n) mutate(bytes, all, random);
    tables += try_table(bytes, 0, 1) > 0 ? 1 : 0;
    const int threads = random() % 64 == 0 ? 3 : 1;
    ASSERT_EQ(try_table(bytes, 4, threads), try_table(bytes, 1 << 20, 1)) << i << "\n" << bytes;
  }
  // Else nothing would have been judged.
  EXPECT_GT(tables, least / 10);
}

}  // namespace
}  // namespace nlsq::data
