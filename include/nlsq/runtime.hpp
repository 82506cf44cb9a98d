// SPDX-License-Identifier: MIT
// What this build can use on this machine, for `nlsq info`, bug reports and messages.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nlsq/types.hpp"

namespace nlsq {

/// Instruction sets that this build holds and this machine runs, best first.
std::vector<std::string> available_isas();

/// The instruction set that fits use: NLSQ_ISA, else the best. Throws InputError for a name that is
/// not available.
std::string chosen_isa();

/// Threads of a fit that asks for none: NLSQ_NUM_THREADS, else the processors this process may use.
int default_threads();

/// The order of derivation of a fit that asks for none: "auto", "fwd" or "rev".
struct JacobianModeSetting {
  std::string mode;
  std::string
      source;  ///< "environment" (NLSQ_JACOBIAN_MODE), "config" (the settings file) or "default"
};
JacobianModeSetting jacobian_mode_setting();

/// Reads the environment and, at the first time, the settings file; what this thread does until the
/// end of this object goes by that. Each fit does so at its begin. A host that changes its
/// environment while other threads fit makes one of these before each fit, under the lock of its
/// environment (Python's is the GIL).
class EnvironmentScope {
 public:
  EnvironmentScope();
  ~EnvironmentScope();
  EnvironmentScope(const EnvironmentScope&) = delete;
  EnvironmentScope& operator=(const EnvironmentScope&) = delete;

 private:
  static constexpr std::size_t kBytes = 320;
  alignas(std::max_align_t) std::byte room_[kBytes];
};

/// The candidate nearest to `name` by edit distance, for "did you mean"; empty when none is near.
std::string nearest_name(std::string_view name, std::span<const std::string> candidates);

/// Edits (insert, delete, replace, swap neighbours) that turn `a` into `b`.
index_t edit_distance(std::string_view a, std::string_view b);

/// Text of a user or a file as messages and tables may show it: control characters, marks of
/// direction and bytes that are no UTF-8 as escapes such as `\x1b`; of more than `most` characters
/// the middle is cut.
std::string printable(std::string_view text, std::size_t most = 120);

/// True if printable() would escape nothing.
bool is_printable(std::string_view text);

/// The same for text of several lines, of any length.
std::string printable_lines(std::string_view text);

/// The same for a whole message: what it quotes and its length are bounded, and its line ends stay
/// where the next line is indented, so that no name in it begins a line.
std::string printable_message(std::string_view text);

}  // namespace nlsq
