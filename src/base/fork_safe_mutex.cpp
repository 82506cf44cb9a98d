// SPDX-License-Identifier: MIT
#include "base/fork_safe_mutex.hpp"

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstddef>

namespace nlsq::base {
namespace {

std::array<std::atomic<ForkSafeMutex*>, 4> all{};

void take_all() {
  for (const auto& mutex : all) {
    if (ForkSafeMutex* const known = mutex.load()) known->lock();
  }
}

void release_all() {
  for (std::size_t i = all.size(); i-- > 0;) {
    if (ForkSafeMutex* const known = all[i].load()) known->unlock();
  }
}

}  // namespace

ForkSafeMutex::ForkSafeMutex(Order order) {
  static const int registered = pthread_atfork(take_all, release_all, release_all);
  static_cast<void>(registered);
  all[static_cast<std::size_t>(order)].store(this);
}

}  // namespace nlsq::base
