// SPDX-License-Identifier: MIT
// A small pool of threads for one kind of work: parts of one job, each taken by a free thread.
// Workers are started on first use, spin for some microseconds between jobs, then sleep. A job does
// not wait for a worker that has not begun, so waking one costs no time that it does not bring
// back; and a brief job wakes nobody unless such jobs follow one another. After fork() the child
// starts its own, whatever other threads of the parent were doing. Where the system refuses more
// threads, the job is done by those that there are.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>

#include "nlsq/types.hpp"

namespace nlsq::base {

/// How long a job is beside the 20 to 40 µs that a sleeping thread takes to wake.
enum class Job { brief, lengthy };

class ThreadPool {
 public:
  ThreadPool();
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// Calls work(worker, part) once for each part = 0 … parts−1; worker = 0 … workers−1 names the
  /// thread, 0 the calling one. Which worker takes which part depends on chance, and some may come
  /// too late to take any. When the pool is busy with another caller, and in nested calls, worker 0
  /// takes all. An exception ends the job, the parts in hand finished, and is rethrown (of several
  /// the one of the lowest part).
  void run(int workers, index_t parts, const std::function<void(int, index_t)>& work,
           Job job = Job::lengthy);

 private:
  struct Impl;
  Impl& of_this_process();

  std::atomic<Impl*> impl_;
};

/// Calls work(part) for part = 0 … parts−1 on up to `threads` threads of the pool.
template <class Work>
void for_each_part(ThreadPool& pool, int threads, index_t parts, const Work& work) {
  if (threads <= 1 || parts <= 1) {
    for (index_t part = 0; part < parts; ++part) work(part);
    return;
  }
  pool.run(static_cast<int>(std::min<index_t>(threads, parts)), parts,
           [&](int, index_t part) { work(part); });
}

/// Threads this process should use: NLSQ_NUM_THREADS if set to a positive number, else the
/// processors of its affinity mask, no more than its cgroups' CPU quota rounded up and no more than
/// OMP_NUM_THREADS, if that is set. Throws InputError for an NLSQ_NUM_THREADS beyond all ints.
int default_threads();

/// No fit uses more: four a processor of the machine, or 64 where that is more; never above 1,024.
int most_threads();

/// The threads of a fit that asks for `wanted`: that many, but most_threads() at most; of 0
/// default_threads(). Throws InputError for a negative number.
int thread_count(int wanted);

}  // namespace nlsq::base
