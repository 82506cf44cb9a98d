// SPDX-License-Identifier: MIT
// A small pool of threads for one kind of work: the same function on a few workers at once. Workers
// are started on first use, spin for some microseconds between passes, then sleep. After fork() the
// child starts its own.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>

#include "nlsq/types.hpp"

namespace nlsq::base {

class ThreadPool {
 public:
  ThreadPool();
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Runs work(w) for w = 0 … workers−1, worker 0 on the calling thread, and waits for all. When
  /// the pool is busy with another caller the workers run one after the other here: the work is the
  /// same. An exception of a worker is rethrown (the one of the lowest worker). Nested calls run in
  /// place.
  void run(int workers, const std::function<void(int)>& work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Calls work(part) for part = 0 … parts−1 on up to `threads` threads of the pool, each taking the
/// next part as it comes.
template <class Work>
void for_each_part(ThreadPool& pool, int threads, index_t parts, const Work& work) {
  if (threads <= 1 || parts <= 1) {
    for (index_t part = 0; part < parts; ++part) work(part);
    return;
  }
  std::atomic<index_t> next{0};
  pool.run(static_cast<int>(std::min<index_t>(threads, parts)), [&](int) {
    for (index_t part = next.fetch_add(1); part < parts; part = next.fetch_add(1)) work(part);
  });
}

/// Threads this process should use: NLSQ_NUM_THREADS if set to a positive number, else the
/// processors of its affinity mask, no more than its cgroup's CPU quota rounded up.
int default_threads();

}  // namespace nlsq::base
