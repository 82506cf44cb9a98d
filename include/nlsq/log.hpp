// SPDX-License-Identifier: MIT
// A hook for log lines. nlsq itself never prints: without a sink a line costs one atomic load.
#pragma once

#include <functional>
#include <string_view>

namespace nlsq {

enum class LogLevel { debug, info, warning, error };

/// Receives one line, without a newline, from whichever thread runs the fit; it may be called by
/// several threads at once. What it throws passes through the fit.
using LogSink = std::function<void(LogLevel, std::string_view)>;

/// Sends lines of level `least` and above to `sink`; an empty sink switches logging off, which is
/// how a process starts. A line under way in another thread may still reach the sink before.
void set_log_sink(LogSink sink, LogLevel least = LogLevel::debug);

}  // namespace nlsq
