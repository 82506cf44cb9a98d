// SPDX-License-Identifier: MIT
// Numbers of threads: what they are told, by the environment and by control groups, and pools whose
// threads the system refuses.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>

#include "base/cgroup.hpp"
#include "base/environment.hpp"
#include "base/fork_safe_mutex.hpp"
#include "base/thread_pool.hpp"
#include "nlsq/error.hpp"

namespace nlsq::base {
namespace {

namespace fs = std::filesystem;

TEST(ThreadCount, IsCappedByTheMachine) {
  EXPECT_EQ(thread_count(3), 3);
  EXPECT_EQ(thread_count(2000000000), most_threads());
  EXPECT_GE(most_threads(), 64);
  EXPECT_LE(most_threads(), 1024);
  EXPECT_THROW(thread_count(-1), InputError);
  ::setenv("NLSQ_NUM_THREADS", "100000", 1);
  EXPECT_EQ(thread_count(0), most_threads());
  ::unsetenv("NLSQ_NUM_THREADS");
}

TEST(ThreadCount, RefusesWhatIsNoNumberOfThreads) {
  for (const char* number :
       {"4294967298", "2147483647", "99999999999999999999", "many", "-2", "2x", " "}) {
    ::setenv("NLSQ_NUM_THREADS", number, 1);
    try {
      thread_count(0);
      ADD_FAILURE() << number;
    } catch (const InputError& error) {
      EXPECT_EQ(error.argument(), "NLSQ_NUM_THREADS");
      EXPECT_NE(std::string(error.what()).find(number), std::string::npos);
    }
    EXPECT_EQ(thread_count(2), 2);  // an argument goes first
  }
  ::unsetenv("NLSQ_NUM_THREADS");
  ::setenv("OMP_NUM_THREADS", "4294967298", 1);  // not ours
  EXPECT_GE(thread_count(0), 1);
  ::unsetenv("OMP_NUM_THREADS");
}

// A tree of control groups in a folder.
class Cgroup : public testing::Test {
 protected:
  Cgroup() : root_(fs::temp_directory_path() / ("nlsq_cgroup_" + std::to_string(::getpid()))) {
    fs::create_directories(root_);
  }
  ~Cgroup() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  double cpus(const std::string& membership) const {
    write("membership", membership);
    return cgroup_cpus((root_ / "membership").string(), root_.string());
  }

  fs::path root_;
};

TEST_F(Cgroup, WithoutAQuotaAllowsEverything) {
  EXPECT_TRUE(std::isinf(cpus("")));
  write("cpu.max", "max 100000\n");
  EXPECT_TRUE(std::isinf(cpus("0::/\n")));
  write("cpu.max", "nonsense");
  EXPECT_TRUE(std::isinf(cpus("0::/a/b\n")));
}

TEST_F(Cgroup, OfVersionTwoTakesTheLeastOfItselfAndThoseAbove) {
  write("cpu.max", "800000 100000\n");
  EXPECT_EQ(cpus("0::/a/b\n"), 8.0);
  write("a/cpu.max", "150000 100000\n");
  write("a/b/cpu.max", "300000 100000\n");
  EXPECT_EQ(cpus("0::/a/b\n"), 1.5);
  EXPECT_EQ(cpus("0::/a\n"), 1.5);
  EXPECT_EQ(cpus("0::/c\n"), 8.0);
  write("a/b/cpu.max", "50000 100000\n");
  EXPECT_EQ(cpus("0::/a/b\n"), 0.5);
  EXPECT_EQ(cpus("0::/../../outside\n"), 8.0);  // a container that sees its host's path
}

TEST_F(Cgroup, OfVersionOneIsFoundByItsController) {
  write("cpu,cpuacct/a/cpu.cfs_quota_us", "250000\n");
  write("cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cpus("3:memory:/x\n4:cpu,cpuacct:/a/b\n"), 2.5);
  EXPECT_TRUE(std::isinf(cpus("4:cpuset:/a\n")));
  write("cpu/cpu.cfs_quota_us", "-1\n");
  write("cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_TRUE(std::isinf(cpus("4:cpu:/\n")));
}

TEST(Environment, IsReadOnceAndSeenByWorkers) {
  ::setenv("NLSQ_FOLD", "before", 1);
  ::unsetenv("NLSQ_ISA");
  ThreadPool pool;
  std::atomic<int> wrong{0};
  {
    const EnvironmentScope scope;
    ::setenv("NLSQ_FOLD", "after", 1);
    const EnvironmentScope nested;
    pool.run(3, 200, [&](int, index_t) {
      if (std::string(value_of(Variable::fold)) != "before") ++wrong;
      if (value_of(Variable::isa) != nullptr) ++wrong;
    });
    EXPECT_STREQ(value_of(Variable::fold), "before");
    std::thread([&] { EXPECT_STREQ(value_of(Variable::fold), "after"); }).join();  // no part of it
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_STREQ(value_of(Variable::fold), "after");
  ::unsetenv("NLSQ_FOLD");
  EXPECT_EQ(value_of(Variable::fold), nullptr);
}

TEST(Environment, KeepsLongValues) {
  const std::string home(5000, 'h');
  const char* const before = std::getenv("HOME");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("HOME", home.c_str(), 1);
  ::setenv("NLSQ_FOLDER", "no variable of ours", 1);
  {
    const EnvironmentScope scope;
    EXPECT_EQ(value_of(Variable::home), home);
    EXPECT_EQ(value_of(Variable::fold), nullptr);
  }
  ::unsetenv("NLSQ_FOLDER");
  before == nullptr ? ::unsetenv("HOME") : ::setenv("HOME", kept.c_str(), 1);
}

// Runs a test in a child and gives its exit status.
template <class Test>
int in_child(const Test& test) {
  const pid_t child = fork();
  if (child == 0) _exit(test());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(ThreadPool, WorksWithTheThreadsThatThereAre) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "sanitizers need the memory that is taken away here";
#endif
  EXPECT_EQ(in_child([] {
              // No room for stacks: the system refuses threads as under RLIMIT_NPROC.
              const rlimit none{1 << 20, 1 << 20};
              ThreadPool pool;
              std::atomic<int> ran{0};
              setrlimit(RLIMIT_AS, &none);
              for (int i = 0; i < 100; ++i) pool.run(8, 10, [&](int, index_t) { ++ran; });
              return ran == 1000 ? 0 : 1;
            }),
            0);
}

// A lock that another thread held at the moment of the fork is held in the child for ever.
TEST(ThreadPool, AChildForkedDuringAnotherThreadsJobHasAFreshPool) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the thread sanitizer does not follow threads through fork";
#endif
  ThreadPool pool;
  std::atomic<bool> inside{false}, go_on{false};
  std::thread other([&] {
    pool.run(2, 2, [&](int, index_t) {
      inside = true;
      while (!go_on) std::this_thread::yield();
    });
  });
  while (!inside) std::this_thread::yield();
  const int status = in_child([&] {
    std::atomic<bool> helped{false};
    pool.run(2, 1000, [&](int w, index_t) {  // ends only when a second thread takes a part
      if (w > 0) helped = true;
      for (int i = 0; !helped && i < 5000; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
    return helped ? 0 : 1;
  });
  go_on = true;
  other.join();
  EXPECT_EQ(status, 0);
}

// Whoever forks waits for the mutex, so the child finds it free.
TEST(ForkSafeMutex, IsFreeInAChild) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the thread sanitizer does not follow threads through fork";
#endif
  static ForkSafeMutex& mutex = *new ForkSafeMutex(ForkSafeMutex::Order::log);
  std::atomic<bool> over{false};
  std::thread other([&] {
    while (!over) {
      const std::lock_guard lock(mutex);
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(in_child([&] {
                alarm(10);
                const std::lock_guard lock(mutex);
                return 0;
              }),
              0);
  }
  over = true;
  other.join();
}

TEST(ForkSafeMutex, WaitsForAWhileWhereNobodyReleasesIt) {
  std::mutex mutex;
  EXPECT_TRUE(try_for_a_while(mutex).owns_lock());
  const std::lock_guard lock(mutex);
  std::thread([&] { EXPECT_FALSE(try_for_a_while(mutex).owns_lock()); }).join();
}

TEST(ThreadPool, AChildForkedFromWithinAJobHasThreads) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the thread sanitizer does not follow threads through fork";
#endif
  ThreadPool pool;
  std::atomic<int> status{-1};
  pool.run(2, 2, [&](int, index_t part) {
    if (part != 0) return;
    status = in_child([&] {
      std::atomic<bool> helped{false};
      pool.run(2, 1000, [&](int w, index_t) {
        if (w > 0) helped = true;
        for (int i = 0; !helped && i < 5000; ++i)
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
      });
      return helped ? 0 : 1;
    });
  });
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace nlsq::base
