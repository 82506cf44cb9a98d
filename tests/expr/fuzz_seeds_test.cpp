// SPDX-License-Identifier: MIT
// The fuzz target's promise without libFuzzer: the seeds of tests/fuzz/corpus/formula and some
// thousand mutations of them, with a fixed seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "expr/model.hpp"
#include "fuzz/formula_target.hpp"
#include "support/fuzz_time.hpp"

namespace nlsq::expr {
namespace {

std::vector<std::string> seeds() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(NLSQ_TEST_DATA "/../fuzz/corpus/formula")) {
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

const std::vector<std::string>& pieces() {
  static const std::vector<std::string> all{
      "+",      "-",   "*",   "/",     "^",    "**",    "%",      "(",          ")",
      "[",      "]",   ",",   "<",     "<=",   ">",     "==",     "!=",         "=",
      "~",      "!",   "`",   " and ", " or ", " not ", "x",      "a",          "b[group]",
      "1",      "0",   "0.5", "1e300", "1e",   "-1",    "x^16",   "^17",        "e",
      "pi",     "τ",   "−",   "exp(",  "log(", "sqrt(", "where(", "polygamma(", "voigt(x,a,b)",
      "max(x,", "j1(", ".",   "\n",    "\x80", "\xFF",  "\u00A0"};
  return all;
}

void mutate(std::string& bytes, const std::vector<std::string>& all, std::mt19937& random) {
  const auto at = [&] { return bytes.empty() ? 0 : random() % bytes.size(); };
  const std::string& other = all[random() % all.size()];
  switch (random() % 5) {
    case 0: bytes.insert(at(), pieces()[random() % pieces().size()]); break;
    case 1: bytes.erase(at(), random() % 6); break;
    case 2: bytes.replace(at(), 1, pieces()[random() % pieces().size()]); break;
    case 3: bytes.insert(at(), bytes.substr(at(), random() % 20)); break;
    default: bytes.insert(at(), other.substr(random() % (other.size() + 1), random() % 20)); break;
  }
}

TEST(FormulaFuzz, SeedsAreModelsOrInputErrors) {
  const auto all = seeds();
  ASSERT_GE(all.size(), 20U);
  index_t models = 0;
  for (const std::string& seed : all) models += try_formula(seed) > 0 ? 1 : 0;
  EXPECT_EQ(models, 21);
}

TEST(FormulaFuzz, MutatedSeedsAreModelsOrInputErrors) {
  const auto all = seeds();
  std::mt19937 random(1);
  const test::FuzzTime time;
  int models = 0;
  while (time.left()) {
    std::string bytes = all[random() % all.size()];
    for (auto n = 1 + random() % 5; n > 0; --n) mutate(bytes, all, random);
    models += try_formula(bytes) > 0 ? 1 : 0;
  }
  EXPECT_GT(models, 0);
}

}  // namespace
}  // namespace nlsq::expr
