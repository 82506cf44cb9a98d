// SPDX-License-Identifier: MIT
#include "data/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

TEST(RunTasks, RunsEveryTaskOnce) {
  for (const int threads : {1, 2, 7}) {
    std::vector<std::atomic<int>> counts(100);
    run_tasks(threads, 100, [&](index_t i) { ++counts[static_cast<std::size_t>(i)]; });
    for (const auto& count : counts) ASSERT_EQ(count, 1);
  }
}

TEST(RunTasks, DoesNothingWithoutTasks) {
  run_tasks(4, 0, [](index_t) { FAIL(); });
}

TEST(RunTasks, ThrowsWhatATaskThrew) {
  const auto task = [](index_t i) {
    if (i == 3) throw std::runtime_error("three");
  };
  EXPECT_THROW(run_tasks(3, 10, task), std::runtime_error);
}

TEST(ThreadCount, PrefersTheOptionToTheEnvironmentToTheMachine) {
  EXPECT_GE(thread_count(0), 1);
  ::setenv("NLSQ_NUM_THREADS", "5", 1);
  EXPECT_EQ(thread_count(0), 5);
  EXPECT_EQ(thread_count(3), 3);
  ::setenv("NLSQ_NUM_THREADS", "many", 1);
  EXPECT_THROW(thread_count(0), InputError);
  ::unsetenv("NLSQ_NUM_THREADS");
}

TEST(ThreadCount, RefusesANegativeNumber) { EXPECT_THROW(thread_count(-1), InputError); }

}  // namespace
}  // namespace nlsq::data
