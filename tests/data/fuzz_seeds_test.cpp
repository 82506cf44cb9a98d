// SPDX-License-Identifier: MIT
// The fuzz target's promise without libFuzzer: the seeds of tests/fuzz/corpus/table and some
// thousand mutations of them, with a fixed seed.
#include <gtest/gtest.h>

#include <algorithm>
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

void mutate(std::string& bytes, const std::vector<std::string>& all, std::mt19937& random) {
  using namespace std::string_literals;
  static const std::string pieces = ",;\t \n\r\"#%!.-+eEdDnaNA0123456789(){}'<>|\xEF\xFF\0"s;
  const auto at = [&] { return bytes.empty() ? 0 : random() % bytes.size(); };
  const std::string& other = all[random() % all.size()];
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
  EXPECT_EQ(tables, 16);
}

TEST(TableFuzz, MutatedSeedsGiveATableOrAnInputErrorWhateverTheChunks) {
  const auto all = seeds();
  std::mt19937 random(1);
  const test::FuzzTime time;
  for (int i = 0; time.left(); ++i) {
    std::string bytes = all[random() % all.size()];
    for (auto n = 1 + random() % 6; n > 0; --n) mutate(bytes, all, random);
    try_table(bytes, 0, 1);
    const int threads = random() % 64 == 0 ? 3 : 1;
    ASSERT_EQ(try_table(bytes, 4, threads), try_table(bytes, 1 << 20, 1)) << i << "\n" << bytes;
  }
}

}  // namespace
}  // namespace nlsq::data
