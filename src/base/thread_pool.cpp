// SPDX-License-Identifier: MIT
// Workers wait on a generation counter. A job opens the gate and raises the counter; a worker that
// passes the open gate counts itself in, takes parts until none is left, and counts itself out.
// The caller closes the gate when no part is left and waits for those inside.
#include "base/thread_pool.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/environment.hpp"

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

// Calls from within a job are made by their thread alone. The process tells a child that was forked
// from within a job, and may have threads of its own.
thread_local pid_t inside_job_of = 0;

bool is_inside_job() { return inside_job_of != 0 && inside_job_of == getpid(); }

struct InsideJob {
  explicit InsideJob(pid_t process) { inside_job_of = process; }
  ~InsideJob() { inside_job_of = 0; }
  InsideJob(const InsideJob&) = delete;
  InsideJob& operator=(const InsideJob&) = delete;
};

// Workers see the environment that the caller sees.
class Adopted {
 public:
  explicit Adopted(const Environment* environment) : before_(adopt_environment(environment)) {}
  ~Adopted() { adopt_environment(before_); }
  Adopted(const Adopted&) = delete;
  Adopted& operator=(const Adopted&) = delete;

 private:
  const Environment* before_;
};

constexpr std::chrono::seconds kBeforeNextTry{1};  // to start threads that the system refused

}  // namespace

struct ThreadPool::Impl {
  static constexpr int kOpen = 1 << 30;  // in `gate`, beside the number of workers inside

  std::mutex busy;
  std::vector<std::thread> threads;
  const pid_t owner = getpid();
  Impl* parents = nullptr;  // of the process that was forked; kept in reach, never touched
  std::optional<Clock::time_point> refused;  // when the system last refused a thread
  std::atomic<unsigned> generation{0};
  std::atomic<int> gate{0};
  std::atomic<int> asleep{0};
  std::atomic<bool> stop{false};
  Clock::time_point series_began, last_ended;  // of brief jobs

  // The job; written while the gate is closed and nobody inside.
  int workers = 0;
  index_t parts = 0;
  const std::function<void(int, index_t)>* work = nullptr;
  const Environment* environment = nullptr;
  std::atomic<index_t> next{0};
  std::mutex error_mutex;
  std::exception_ptr error;
  index_t error_part = 0;

  void take_parts(int worker) {
    const InsideJob inside(owner);
    const Adopted adopted(environment);
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
    if (static_cast<int>(threads.size()) >= count) return;
    if (refused && Clock::now() - *refused < kBeforeNextTry) return;
    refused.reset();
    while (static_cast<int>(threads.size()) < count) {
      const int worker = static_cast<int>(threads.size()) + 1;
      const unsigned seen = generation.load(std::memory_order_relaxed);
      try {
        threads.emplace_back([this, worker, seen] { loop(worker, seen); });
      } catch (const std::system_error&) {
        refused = Clock::now();
        return;
      }
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
      const InsideJob inside(owner);
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
    environment = current_environment();
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
    stop = true;
    generation.fetch_add(1, std::memory_order_release);
    generation.notify_all();
    for (std::thread& t : threads) t.join();
  }
};

ThreadPool::ThreadPool() : impl_(new Impl) {}

ThreadPool::~ThreadPool() {
  Impl* const impl = impl_.load();
  // In a forked child the threads do not exist: they cannot be joined.
  if (impl->owner == getpid() && impl->parents == nullptr) delete impl;
}

// A forked child takes a new one and leaves its parent's alone, whose locks another thread may have
// held at that moment.
ThreadPool::Impl& ThreadPool::of_this_process() {
  Impl* impl = impl_.load(std::memory_order_acquire);
  const pid_t self = getpid();
  while (impl->owner != self) {
    auto own = std::make_unique<Impl>();
    own->parents = impl;
    if (impl_.compare_exchange_strong(impl, own.get(), std::memory_order_acq_rel))
      return *own.release();
  }
  return *impl;
}

void ThreadPool::run(int workers, index_t parts, const std::function<void(int, index_t)>& work,
                     Job job) {
  const auto alone = [&] {
    for (index_t part = 0; part < parts; ++part) work(0, part);
  };
  if (workers <= 1 || parts <= 1 || is_inside_job()) return alone();
  Impl& impl = of_this_process();
  const std::unique_lock<std::mutex> lock(impl.busy, std::try_to_lock);
  if (!lock.owns_lock()) return alone();
  const int useful = static_cast<int>(std::min<index_t>(workers, parts));
  if (job == Job::brief) {
    impl.run_brief(useful, parts, work);
  } else {
    impl.run(useful, parts, work);
  }
}

}  // namespace nlsq::base
