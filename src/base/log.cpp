// SPDX-License-Identifier: MIT
// The sink is called outside the lock, so that it may log or replace the sink itself.
#include "base/log.hpp"

#include <memory>
#include <mutex>

#include "base/fork_safe_mutex.hpp"

namespace nlsq {
namespace {

constexpr int kNobody = static_cast<int>(LogLevel::error) + 1;

struct Sink {
  base::ForkSafeMutex mutex{base::ForkSafeMutex::Order::log};
  std::shared_ptr<const LogSink> current;
};

// Never destroyed: what a sink belongs to may be gone by then.
Sink& the_sink() {
  static Sink& sink = *new Sink;
  return sink;
}

}  // namespace

std::atomic<int> base::least_logged{kNobody};

void base::log(LogLevel level, std::string_view line) {
  std::shared_ptr<const LogSink> sink;
  {
    const std::lock_guard lock(the_sink().mutex);
    if (!logs(level)) return;
    sink = the_sink().current;
  }
  if (sink) (*sink)(level, line);
}

void set_log_sink(LogSink sink, LogLevel least) {
  std::shared_ptr<const LogSink> next;
  if (sink) next = std::make_shared<const LogSink>(std::move(sink));
  const std::lock_guard lock(the_sink().mutex);
  base::least_logged.store(next ? static_cast<int>(least) : kNobody, std::memory_order_relaxed);
  // The old sink ends with `next`, outside the lock: its destructor may be anything.
  the_sink().current.swap(next);
}

}  // namespace nlsq
