// SPDX-License-Identifier: MIT
// SIGINT and SIGTERM during a fit: the first asks it to stop at the next step, a second one ends
// the process.
#pragma once

namespace nlsq::command {

/// Watches for the signals while it lives.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  static bool received();
};

}  // namespace nlsq::command
