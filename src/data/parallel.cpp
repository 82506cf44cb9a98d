// SPDX-License-Identifier: MIT
// Threads that take the next task from a shared counter.
#include "data/parallel.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "nlsq/error.hpp"

namespace nlsq::data {
namespace {

constexpr int kMostThreads = 1024;

int from_environment() {
  const char* text = std::getenv("NLSQ_NUM_THREADS");
  if (text == nullptr) return 0;
  const std::string_view view(text);
  int value = 0;
  const auto result = std::from_chars(view.data(), view.data() + view.size(), value);
  const bool whole = result.ec == std::errc() && result.ptr == view.data() + view.size();
  return whole && value > 0 ? value : 0;
}

int from_machine() {
  const int hardware = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return hardware;
  return std::clamp(CPU_COUNT(&set), 1, hardware);
}

}  // namespace

int thread_count(int wanted) {
  if (wanted < 0) {
    throw InputError("threads", "threads is " + std::to_string(wanted) +
                                    "; it must be positive, or 0 for the default of the machine");
  }
  if (wanted == 0) wanted = from_environment();
  return std::min(wanted > 0 ? wanted : from_machine(), kMostThreads);
}

void run_tasks(int threads, index_t tasks, const std::function<void(index_t)>& task) {
  std::atomic<index_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (index_t i = next++; i < tasks; i = next++) task(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  const index_t helpers = std::min<index_t>(threads, tasks) - 1;
  std::vector<std::jthread> pool;
  try {
    for (index_t i = 0; i < helpers; ++i) pool.emplace_back(work);
  } catch (const std::system_error&) {
    // The system refuses more threads; those that run, and this one, do the work.
  }
  work();
  pool.clear();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace nlsq::data
