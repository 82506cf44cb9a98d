// SPDX-License-Identifier: MIT
// Writing to the log sink. Put a line together only when logs(level) says that somebody listens.
#pragma once

#include <atomic>

#include "nlsq/log.hpp"

namespace nlsq::base {

/// The least level that has a listener; above all levels when there is none.
extern std::atomic<int> least_logged;

inline bool logs(LogLevel level) {
  return static_cast<int>(level) >= least_logged.load(std::memory_order_relaxed);
}

/// Hands the line to the sink, if there is one for its level.
void log(LogLevel level, std::string_view line);

}  // namespace nlsq::base
