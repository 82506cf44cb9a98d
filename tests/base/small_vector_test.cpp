// SPDX-License-Identifier: MIT
// SmallVector against std::vector: random operations below, at and beyond the inline capacity.
#include "base/small_vector.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace nlsq::base {
namespace {

using Small = SmallVector<double, 4>;

TEST(SmallVector, DoesWhatVectorDoesUnderRandomOperations) {
  std::mt19937 random(5);
  const auto upto = [&random](std::size_t n) { return random() % (n + 1); };
  Small small[2];
  std::vector<double> plain[2];
  for (int step = 0; step < 20000; ++step) {
    const std::size_t i = upto(1);
    Small& s = small[i];
    std::vector<double>& v = plain[i];
    const double value = static_cast<double>(step);
    switch (random() % 8) {
      case 0: s.push_back(value), v.push_back(value); break;
      case 1: {
        const std::size_t n = upto(9);
        s.assign(n, value), v.assign(n, value);
        break;
      }
      case 2: {
        const std::size_t n = upto(9);
        s.resize(n), v.resize(n);
        break;
      }
      case 3: s = small[1 - i], v = plain[1 - i]; break;
      case 4:
        s = std::move(small[1 - i]), v = std::move(plain[1 - i]);
        plain[1 - i].clear();
        break;
      case 5: s.swap(small[1 - i]), v.swap(plain[1 - i]); break;
      case 6: s.clear(), v.clear(); break;
      case 7: s = Small(small[i]), s.assign(std::span<const double>(v)); break;
    }
    for (std::size_t k = 0; k < 2; ++k) {
      ASSERT_EQ(small[k].size(), plain[k].size()) << "step " << step;
      ASSERT_TRUE(small[k] == std::span<const double>(plain[k])) << "step " << step;
    }
  }
}

TEST(SmallVector, KeepsFewValuesInsideAndManyOnTheHeap) {
  const auto inside = [](const Small& s) {
    const auto* from = reinterpret_cast<const char*>(&s);
    const auto* at = reinterpret_cast<const char*>(s.data());
    return at >= from && at < from + sizeof(s);
  };
  Small four{1, 2, 3, 4};
  EXPECT_TRUE(inside(four));
  four.push_back(5);
  EXPECT_FALSE(inside(four));
  const double* const where = four.data();
  const Small moved = std::move(four);
  EXPECT_EQ(moved.data(), where);
  EXPECT_EQ(moved, (std::vector<double>{1, 2, 3, 4, 5}));
}

TEST(SmallVector, AssigningToItselfChangesNothing) {
  Small s{1, 2, 3};
  Small& same = s;
  s = same;
  EXPECT_EQ(s, (std::vector<double>{1, 2, 3}));
  s.swap(same);
  EXPECT_EQ(s, (std::vector<double>{1, 2, 3}));
}

}  // namespace
}  // namespace nlsq::base
