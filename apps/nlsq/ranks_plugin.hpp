// SPDX-License-Identifier: MIT
// What the command takes from the library nlsq_mpi.so, which is loaded under mpirun alone, so that
// the command itself needs no MPI. All of it is called by the main thread.
#pragma once

#include <cstdint>

namespace nlsq::command {

struct RanksPlugin {
  /// Begins; false where MPI cannot.
  bool (*begin)(int* rank, int* size);
  /// Gives all processes what the first one has; `bytes` is the same everywhere.
  void (*broadcast)(void* data, std::int64_t bytes);
  /// To the first process.
  void (*send)(const void* data, std::int64_t bytes);
  /// From process `rank`, by the first one.
  void (*receive)(int rank, void* data, std::int64_t bytes);
  void (*end)();
};

/// The name of the function that fills one: bool nlsq_ranks_plugin(RanksPlugin*).
inline constexpr const char* kRanksPlugin = "nlsq_ranks_plugin";

}  // namespace nlsq::command
