// SPDX-License-Identifier: MIT
// Workspaces of a program: registers, resolved calls and sums, made by the first fit and lent to
// those that follow, so that a fit repeated on other data allocates none of them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "program/residual.hpp"

namespace nlsq::reduce {

struct TermState;

/// Idle workspaces. Thread-safe; as many are kept as were in use at once, up to a few of each
/// program and to kMostIdleBytes of all of them. No thread waits: one that finds another at work
/// here makes a workspace of its own, so a forked child cannot inherit a lock that is held.
class Workspaces {
 public:
  Workspaces();
  ~Workspaces();
  Workspaces(const Workspaces&) = delete;
  Workspaces& operator=(const Workspaces&) = delete;

  static constexpr index_t kMostIdleBytes = index_t{64} << 20;

  /// One that was given back, or null.
  std::unique_ptr<TermState> take();
  void give_back(std::unique_ptr<TermState> state);
  /// Lets go of all but one, for a fit that has to keep within a limit of memory.
  void keep_one();

  /// Bytes of the idle workspaces of all programs.
  static index_t idle_bytes();

  /// What was measured of passes in float32 for fits of about so many rows (within a factor of
  /// two).
  enum class Verdict : std::uint8_t { unknown, pays, does_not };
  Verdict float32_verdict(index_t rows) const;
  void set_float32_verdict(index_t rows, Verdict verdict);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<TermState>> idle_;
  std::array<std::atomic<Verdict>, 64> float32_{};
};

/// A program with its workspaces: what a model keeps for the fits that use it.
struct PreparedProgram {
  explicit PreparedProgram(program::ResidualProgram p) : program(std::move(p)) {}
  program::ResidualProgram program;
  mutable Workspaces workspaces;
};

}  // namespace nlsq::reduce
