// SPDX-License-Identifier: MIT
// The pool: every part is taken once, exceptions come back, nested and concurrent calls finish, a
// forked child starts its own threads.
#include "base/thread_pool.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#include "nlsq/error.hpp"

namespace nlsq::base {
namespace {

TEST(ThreadPool, EveryPartIsTakenOnceByAWorkerOfTheJob) {
  ThreadPool pool;
  for (const int workers : {1, 2, 3, 7, 2, 5}) {
    std::vector<std::atomic<int>> taken(100);
    pool.run(workers, 100, [&](int w, index_t part) {
      EXPECT_GE(w, 0);
      EXPECT_LT(w, workers);
      ++taken[static_cast<std::size_t>(part)];
    });
    for (const auto& count : taken) EXPECT_EQ(count, 1);
  }
  pool.run(3, 0, [&](int, index_t) { FAIL(); });
}

TEST(ThreadPool, AWorkerHasOnePartAtATime) {
  ThreadPool pool;
  for (int i = 0; i < 200; ++i) {
    std::vector<std::atomic<int>> inside(4);
    pool.run(4, 50, [&](int w, index_t) {
      EXPECT_EQ(inside[static_cast<std::size_t>(w)].fetch_add(1), 0);
      --inside[static_cast<std::size_t>(w)];
    });
  }
}

TEST(ThreadPool, WorkersTakePartsWhileTheCallerIsBusy) {
  ThreadPool pool;
  std::atomic<bool> helped{false};
  // The caller's part ends only when another thread has taken one.
  pool.run(2, 1000, [&](int w, index_t) {
    if (w > 0) helped = true;
    while (!helped) std::this_thread::yield();
  });
  EXPECT_TRUE(helped);
}

TEST(ThreadPool, BriefJobsAreDoneWholeWhetherAnybodyIsAwakeOrNot) {
  ThreadPool pool;
  for (int round = 0; round < 20; ++round) {
    // Of a series the later ones find workers awake; after the pause they are asleep.
    for (int job = 0; job < 500; ++job) {
      std::atomic<int> total{0};
      pool.run(
          3, 5, [&](int w, index_t part) { total += w < 3 ? static_cast<int>(part) : 100; },
          Job::brief);
      ASSERT_EQ(total, 10);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(round % 5));
    std::atomic<int> lengthy{0};
    pool.run(2, 7, [&](int, index_t) { ++lengthy; });
    ASSERT_EQ(lengthy, 7);
  }
}

TEST(ThreadPool, ALongSeriesOfBriefJobsWakesWorkers) {
  ThreadPool pool;
  std::atomic<bool> helped{false};
  const auto work = [&](int w, index_t) {
    if (w > 0) helped = true;
    std::this_thread::yield();
  };
  while (!helped) pool.run(2, 4, work, Job::brief);
}

TEST(ThreadPool, ManyJobsInARowLoseNothing) {
  ThreadPool pool;
  std::atomic<int> total{0};
  for (int i = 0; i < 20000; ++i) pool.run(3, 3, [&](int, index_t) { ++total; });
  EXPECT_EQ(total, 60000);
}

TEST(ThreadPool, RethrowsAnExceptionAndGoesOn) {
  ThreadPool pool;
  const auto fail = [](int, index_t part) {
    if (part > 0) throw std::runtime_error(std::to_string(part));
  };
  try {
    pool.run(4, 2, fail);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "1");
  }
  EXPECT_THROW(pool.run(4, 100, fail), std::runtime_error);
  std::atomic<int> ran{0};
  pool.run(4, 4, [&](int, index_t) { ++ran; });
  EXPECT_EQ(ran, 4);
}

TEST(ThreadPool, NestedCallsRunInPlace) {
  ThreadPool pool;
  std::atomic<int> inner{0};
  pool.run(3, 3, [&](int, index_t) { pool.run(2, 2, [&](int, index_t) { ++inner; }); });
  EXPECT_EQ(inner, 6);
}

TEST(ThreadPool, ServesSeveralCallersAtOnce) {
  ThreadPool pool;
  std::atomic<int> total{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 8; ++c) {
    callers.emplace_back([&] {
      for (int i = 0; i < 200; ++i) pool.run(3, 3, [&](int, index_t) { ++total; });
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
  pool.run(3, 3, [&](int, index_t) { ++total; });
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<int> mine{0};
    for (int i = 0; i < 10; ++i) pool.run(3, 3, [&](int, index_t) { ++mine; });
    _exit(mine == 30 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  pool.run(3, 3, [&](int, index_t) { ++total; });
  EXPECT_EQ(total, 6);
}

TEST(ForEachPart, TakesEveryPartOnce) {
  ThreadPool pool;
  std::vector<std::atomic<int>> taken(1000);
  for_each_part(pool, 3, 1000, [&](index_t part) { ++taken[static_cast<std::size_t>(part)]; });
  for (const auto& count : taken) EXPECT_EQ(count, 1);
  for_each_part(pool, 3, 0, [&](index_t) { FAIL(); });
}

// joblib and Dask set it in each worker.
TEST(DefaultThreads, KeepWithinTheShareOfAWorker) {
  ::unsetenv("NLSQ_NUM_THREADS");
  const int all = default_threads();
  ::setenv("OMP_NUM_THREADS", "1", 1);
  EXPECT_EQ(default_threads(), 1);
  ::setenv("NLSQ_NUM_THREADS", "3", 1);
  EXPECT_EQ(default_threads(), 3);  // ours goes first
  ::unsetenv("NLSQ_NUM_THREADS");
  for (const char* nothing : {"1000", "1000,2", "0", "-1", "many", ""}) {
    ::setenv("OMP_NUM_THREADS", nothing, 1);
    EXPECT_EQ(default_threads(), all) << nothing;
  }
  ::unsetenv("OMP_NUM_THREADS");
}

TEST(DefaultThreads, FollowTheEnvironment) {
  setenv("NLSQ_NUM_THREADS", "5", 1);
  EXPECT_EQ(default_threads(), 5);
  setenv("NLSQ_NUM_THREADS", "nonsense", 1);
  EXPECT_THROW(default_threads(), InputError);
  for (const char* none : {"", "0"}) {
    setenv("NLSQ_NUM_THREADS", none, 1);
    EXPECT_GE(default_threads(), 1);
  }
  unsetenv("NLSQ_NUM_THREADS");
  EXPECT_GE(default_threads(), 1);
}

}  // namespace
}  // namespace nlsq::base
