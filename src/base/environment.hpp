// SPDX-License-Identifier: MIT
// The environment as a fit sees it: read once, on the calling thread, for the fit and all threads
// that work on it. A program may change its environment while other threads fit (Python does so
// under its lock), and getenv() in a worker would then read memory that setenv() has freed.
#pragma once

#include <array>
#include <cstddef>

#include "base/small_vector.hpp"

namespace nlsq::base {

enum class Variable {
  isa,
  num_threads,
  omp_num_threads,
  fold,
  block_rows,
  jacobian_mode,
  home,
  device,
  xdg_cache_home
};

/// Values of all of them at one moment.
class Environment {
 public:
  static constexpr std::size_t kCount = 9;

  /// Reads them.
  Environment();
  /// Null for one that is not set.
  const char* value(Variable variable) const {
    const std::ptrdiff_t at = starts_[static_cast<std::size_t>(variable)];
    return at < 0 ? nullptr : text_.data() + at;
  }

 private:
  std::array<std::ptrdiff_t, kCount> starts_;
  SmallVector<char, 128> text_;
};

/// While it lives, value_of() on this thread, and on threads of a pool that works for it, gives
/// what the environment was at its begin. Within another one it does nothing.
class EnvironmentScope {
 public:
  EnvironmentScope();
  ~EnvironmentScope();
  EnvironmentScope(const EnvironmentScope&) = delete;
  EnvironmentScope& operator=(const EnvironmentScope&) = delete;

 private:
  // Made in place when there is no scope yet: a nested one costs no reading.
  union {
    Environment own_;
  };
  bool is_outermost_;
};

/// A variable as this thread's scope has it; without one as it is now. The text lives as long as
/// the scope.
const char* value_of(Variable variable);

/// The environment of this thread's scope, null without one, for a thread that works for this one…
const Environment* current_environment();
/// … which takes it on with this. Returns what it had.
const Environment* adopt_environment(const Environment* environment);

}  // namespace nlsq::base
