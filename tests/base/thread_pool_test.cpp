// SPDX-License-Identifier: MIT
// The pool: every worker runs once, exceptions come back, nested and concurrent calls finish, a
// forked child starts its own threads.
#include "base/thread_pool.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

namespace nlsq::base {
namespace {

TEST(ThreadPool, EveryWorkerRunsOnce) {
  ThreadPool pool;
  for (const int workers : {1, 2, 3, 7, 2, 5}) {
    std::vector<std::atomic<int>> ran(static_cast<std::size_t>(workers));
    pool.run(workers, [&](int w) { ++ran[static_cast<std::size_t>(w)]; });
    for (const auto& count : ran) EXPECT_EQ(count, 1);
  }
}

TEST(ThreadPool, ManyPassesInARowLoseNothing) {
  ThreadPool pool;
  std::atomic<int> total{0};
  for (int i = 0; i < 2000; ++i) pool.run(3, [&](int) { ++total; });
  EXPECT_EQ(total, 6000);
}

TEST(ThreadPool, RethrowsTheExceptionOfTheLowestWorkerAndGoesOn) {
  ThreadPool pool;
  const auto fail = [](int w) {
    if (w > 0) throw std::runtime_error(std::to_string(w));
  };
  try {
    pool.run(4, fail);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "1");
  }
  std::atomic<int> ran{0};
  pool.run(4, [&](int) { ++ran; });
  EXPECT_EQ(ran, 4);
}

TEST(ThreadPool, NestedCallsRunInPlace) {
  ThreadPool pool;
  std::atomic<int> inner{0};
  pool.run(3, [&](int) { pool.run(2, [&](int) { ++inner; }); });
  EXPECT_EQ(inner, 6);
}

TEST(ThreadPool, ServesSeveralCallersAtOnce) {
  ThreadPool pool;
  std::atomic<int> total{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 8; ++c) {
    callers.emplace_back([&] {
      for (int i = 0; i < 200; ++i) pool.run(3, [&](int) { ++total; });
    });
  }
  for (std::thread& t : callers) t.join();
  EXPECT_EQ(total, 8 * 200 * 3);
}

TEST(ThreadPool, AForkedChildHasThreadsOfItsOwn) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the thread sanitizer does not follow threads through fork";
#endif
  ThreadPool pool;
  std::atomic<int> total{0};
  pool.run(3, [&](int) { ++total; });
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<int> mine{0};
    for (int i = 0; i < 10; ++i) pool.run(3, [&](int) { ++mine; });
    _exit(mine == 30 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  pool.run(3, [&](int) { ++total; });
  EXPECT_EQ(total, 6);
}

TEST(ForEachPart, TakesEveryPartOnce) {
  ThreadPool pool;
  std::vector<std::atomic<int>> taken(1000);
  for_each_part(pool, 3, 1000, [&](index_t part) { ++taken[static_cast<std::size_t>(part)]; });
  for (const auto& count : taken) EXPECT_EQ(count, 1);
  for_each_part(pool, 3, 0, [&](index_t) { FAIL(); });
}

TEST(DefaultThreads, FollowTheEnvironment) {
  setenv("NLSQ_NUM_THREADS", "5", 1);
  EXPECT_EQ(default_threads(), 5);
  setenv("NLSQ_NUM_THREADS", "nonsense", 1);
  EXPECT_GE(default_threads(), 1);
  unsetenv("NLSQ_NUM_THREADS");
  EXPECT_GE(default_threads(), 1);
}

}  // namespace
}  // namespace nlsq::base
