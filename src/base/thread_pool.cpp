// SPDX-License-Identifier: MIT
// Workers wait on a generation counter: a pass raises it, each worker does its share and counts
// down.
#include "base/thread_pool.hpp"

#include <unistd.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace nlsq::base {
namespace {

constexpr int kSpins = 4000;  // some 20 µs

inline void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Waits until `value` differs from `old`: first spinning, then asleep.
template <class T>
void wait_for_change(const std::atomic<T>& value, T old) {
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause_briefly();
  }
  value.wait(old, std::memory_order_acquire);
}

thread_local bool inside_pass = false;

}  // namespace

struct ThreadPool::Impl {
  std::mutex busy;
  std::vector<std::thread> threads;
  pid_t owner = getpid();
  std::atomic<unsigned> generation{0};
  std::atomic<int> pending{0};
  std::atomic<bool> stop{false};
  int workers = 0;
  const std::function<void(int)>* work = nullptr;
  std::vector<std::exception_ptr> errors;

  void do_share(int worker) {
    inside_pass = true;
    try {
      (*work)(worker);
    } catch (...) {
      errors[static_cast<std::size_t>(worker)] = std::current_exception();
    }
    inside_pass = false;
  }

  void loop(int worker, unsigned seen) {
    while (true) {
      wait_for_change(generation, seen);
      seen = generation.load(std::memory_order_acquire);
      if (stop.load(std::memory_order_acquire)) return;
      if (worker < workers) do_share(worker);
      if (pending.fetch_sub(1, std::memory_order_acq_rel) == 1) pending.notify_one();
    }
  }

  void ensure_threads(int count) {
    if (owner != getpid()) {
      // The threads stayed behind in the parent; their handles mean nothing here.
      for (std::thread& t : threads) t.detach();
      threads.clear();
      pending = 0;
      owner = getpid();
    }
    while (static_cast<int>(threads.size()) < count) {
      const int worker = static_cast<int>(threads.size()) + 1;
      const unsigned seen = generation.load(std::memory_order_relaxed);
      threads.emplace_back([this, worker, seen] { loop(worker, seen); });
    }
  }

  void pass(int count, const std::function<void(int)>& function) {
    ensure_threads(count - 1);
    errors.assign(static_cast<std::size_t>(count), nullptr);
    workers = count;
    work = &function;
    pending.store(static_cast<int>(threads.size()), std::memory_order_relaxed);
    generation.fetch_add(1, std::memory_order_release);
    generation.notify_all();
    do_share(0);
    for (int left = pending.load(std::memory_order_acquire); left != 0;
         left = pending.load(std::memory_order_acquire)) {
      wait_for_change(pending, left);
    }
    for (const std::exception_ptr& error : errors) {
      if (error) std::rethrow_exception(error);
    }
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

void ThreadPool::run(int workers, const std::function<void(int)>& work) {
  const bool alone = workers <= 1 || inside_pass;
  std::unique_lock<std::mutex> lock(impl_->busy, std::defer_lock);
  if (alone || !lock.try_lock()) {
    for (int w = 0; w < workers; ++w) work(w);
    return;
  }
  impl_->pass(workers, work);
}

}  // namespace nlsq::base
