// SPDX-License-Identifier: MIT
// Threads that take the next task from a shared counter.
#include "data/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace nlsq::data {

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
