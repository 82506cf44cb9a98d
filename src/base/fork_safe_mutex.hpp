// SPDX-License-Identifier: MIT
// Locks and fork(): a lock that another thread holds at that moment is held in the child for ever.
#pragma once

#include <mutex>
#include <thread>

namespace nlsq::base {

/// A mutex of an object that lives as long as the process: fork() acquires it first, so that it is
/// free in the child.
class ForkSafeMutex {
 public:
  /// Where one of these is taken within another, that of the lower order comes first. Each order is
  /// used once.
  enum class Order { settings, cache, device, log };

  explicit ForkSafeMutex(Order order);
  ForkSafeMutex(const ForkSafeMutex&) = delete;
  ForkSafeMutex& operator=(const ForkSafeMutex&) = delete;

  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// A lock for an object of which there may be thousands; its holders need it for less than a
/// microsecond. False from owns_lock() after a thousand times that: in a child, nobody is going to
/// release it.
inline std::unique_lock<std::mutex> try_for_a_while(std::mutex& mutex) {
  constexpr int kTries = 20000;
  std::unique_lock<std::mutex> lock(mutex, std::try_to_lock);
  for (int i = 0; i < kTries && !lock.owns_lock(); ++i) {
    std::this_thread::yield();
    static_cast<void>(lock.try_lock());
  }
  return lock;
}

}  // namespace nlsq::base
