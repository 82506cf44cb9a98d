// SPDX-License-Identifier: MIT
// Workers wait on a generation counter. A job opens the gate and raises the counter; whoever comes
// through the open gate counts itself in, takes parts until there are none, and counts itself out.
// The caller closes the gate when no part is left and waits for those inside.
#include "base/thread_pool.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace nlsq::base {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSpins = 4000;  // some 20 to 60 µs
// Brief jobs with shorter pauses than this are a series; one that lasted this long wakes workers.
constexpr std::chrono::microseconds kPause{100}, kSeries{150};

inline void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Spins until `value` differs from `old`; false when that takes too long.
template <class T>
bool spin_for_change(const std::atomic<T>& value, T old) {
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return true;
    pause_briefly();
  }
  return false;
}

// Waits until `value` differs from `old`: first spinning, then asleep.
template <class T>
void wait_for_change(const std::atomic<T>& value, T old) {
  if (!spin_for_change(value, old)) value.wait(old, std::memory_order_acquire);
}

// Calls from within a job are made by their thread alone.
thread_local bool inside_job = false;

struct InsideJob {
  InsideJob() { inside_job = true; }
  ~InsideJob() { inside_job = false; }
  InsideJob(const InsideJob&) = delete;
  InsideJob& operator=(const InsideJob&) = delete;
};

}  // namespace

struct ThreadPool::Impl {
  static constexpr int kOpen = 1 << 30;  // in `gate`, beside the number of workers inside

  std::mutex busy;
  std::vector<std::thread> threads;
  pid_t owner = getpid();
  std::atomic<unsigned> generation{0};
  std::atomic<int> gate{0};
  std::atomic<int> asleep{0};
  std::atomic<bool> stop{false};
  Clock::time_point series_began, last_ended;  // of brief jobs

  // The job; written while the gate is closed and nobody inside.
  int workers = 0;
  index_t parts = 0;
  const std::function<void(int, index_t)>* work = nullptr;
  std::atomic<index_t> next{0};
  std::mutex error_mutex;
  std::exception_ptr error;
  index_t error_part = 0;

  void take_parts(int worker) {
    const InsideJob inside;
    for (index_t part = next.fetch_add(1, std::memory_order_relaxed); part < parts;
         part = next.fetch_add(1, std::memory_order_relaxed)) {
      try {
        (*work)(worker, part);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(error_mutex);
        if (!error || part < error_part) {
          error = std::current_exception();
          error_part = part;
        }
        next.store(parts, std::memory_order_relaxed);
      }
    }
  }

  bool enter() {
    int seen = gate.load(std::memory_order_relaxed);
    while ((seen & kOpen) != 0) {
      if (gate.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire)) return true;
    }
    return false;
  }

  void leave() {
    if (gate.fetch_sub(1, std::memory_order_release) == 1) gate.notify_one();
  }

  void loop(int worker, unsigned seen) {
    while (true) {
      if (!spin_for_change(generation, seen)) {
        asleep.fetch_add(1, std::memory_order_relaxed);
        generation.wait(seen, std::memory_order_acquire);
        asleep.fetch_sub(1, std::memory_order_relaxed);
      }
      seen = generation.load(std::memory_order_acquire);
      if (stop.load(std::memory_order_acquire)) return;
      if (!enter()) continue;
      if (worker < workers) take_parts(worker);
      leave();
    }
  }

  void ensure_threads(int count) {
    if (owner != getpid()) {
      // The threads stayed behind in the parent; their handles mean nothing here.
      for (std::thread& t : threads) t.detach();
      threads.clear();
      gate = 0;
      asleep = 0;
      owner = getpid();
    }
    while (static_cast<int>(threads.size()) < count) {
      const int worker = static_cast<int>(threads.size()) + 1;
      const unsigned seen = generation.load(std::memory_order_relaxed);
      threads.emplace_back([this, worker, seen] { loop(worker, seen); });
    }
  }

  // Whether sleepers are to be woken for a brief job that begins now. The clock decides who works,
  // never what comes out.
  bool is_in_series() {
    const Clock::time_point now = Clock::now();
    if (now - last_ended > kPause) series_began = now;
    return now - series_began > kSeries;
  }

  void run_brief(int count, index_t part_count, const std::function<void(int, index_t)>& function) {
    const int all = static_cast<int>(threads.size());
    const bool wake = is_in_series();
    if (wake || all > asleep.load(std::memory_order_relaxed)) {
      run(count, part_count, function, wake);
    } else {
      const InsideJob inside;
      for (index_t part = 0; part < part_count; ++part) function(0, part);
    }
    last_ended = Clock::now();
  }

  void run(int count, index_t part_count, const std::function<void(int, index_t)>& function,
           bool wake = true) {
    ensure_threads(count - 1);
    workers = count;
    parts = part_count;
    work = &function;
    next.store(0, std::memory_order_relaxed);
    error = nullptr;
    gate.store(kOpen, std::memory_order_release);
    generation.fetch_add(1, std::memory_order_release);
    if (wake) generation.notify_all();
    take_parts(0);
    for (int left = gate.fetch_sub(kOpen, std::memory_order_acquire) - kOpen; left != 0;
         left = gate.load(std::memory_order_acquire)) {
      wait_for_change(gate, left);
    }
    if (error) std::rethrow_exception(std::exchange(error, nullptr));
  }

  ~Impl() {
    if (owner != getpid()) {
      for (std::thread& t : threads) t.detach();
      return;
    }
    stop = true;
    generation.fetch_add(1, std::memory_order_release);
    generation.notify_all();
    for (std::thread& t : threads) t.join();
  }
};

ThreadPool::ThreadPool() : impl_(std::make_unique<Impl>()) {}
ThreadPool::~ThreadPool() = default;

void ThreadPool::run(int workers, index_t parts, const std::function<void(int, index_t)>& work,
                     Job job) {
  const bool alone = workers <= 1 || inside_job;
  std::unique_lock<std::mutex> lock(impl_->busy, std::defer_lock);
  if (alone || !lock.try_lock()) {
    for (index_t part = 0; part < parts; ++part) work(0, part);
    return;
  }
  if (job == Job::brief) {
    impl_->run_brief(workers, parts, work);
  } else {
    impl_->run(workers, parts, work);
  }
}

}  // namespace nlsq::base
