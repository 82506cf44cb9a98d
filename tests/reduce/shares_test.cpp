// SPDX-License-Identifier: MIT
// Every unit is taken once, and by whom it was dealt to, unless somebody has nothing left.
#include "reduce/shares.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace nlsq::reduce {
namespace {

TEST(Shares, OwnUnitsComeFirstThenTheEndsOfOthers) {
  Shares shares;
  shares.deal(2, 7);
  std::vector<index_t> taken;
  for (int k = 0; k < 8; ++k) taken.push_back(shares.take(1));
  EXPECT_EQ(taken, (std::vector<index_t>{3, 4, 5, 6, 2, 1, 0, -1}));
  EXPECT_EQ(shares.take(0), -1);
  shares.deal(3, 2);
  EXPECT_EQ(shares.take(0), 0);
  EXPECT_EQ(shares.take(0), 1);
  EXPECT_EQ(shares.take(2), -1);
}

TEST(Shares, ThreadsTakeEveryUnitOnce) {
  constexpr int kThreads = 4;
  constexpr index_t kUnits = 10007;
  Shares shares;
  shares.deal(kThreads, kUnits);
  std::vector<std::vector<index_t>> taken(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (index_t unit = shares.take(t); unit >= 0; unit = shares.take(t))
        taken[static_cast<std::size_t>(t)].push_back(unit);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<int> times(kUnits, 0);
  for (const auto& own : taken) {
    for (const index_t unit : own) ++times[static_cast<std::size_t>(unit)];
  }
  EXPECT_EQ(times, std::vector<int>(kUnits, 1));
}

}  // namespace
}  // namespace nlsq::reduce
