// SPDX-License-Identifier: MIT
// nlsq_mpi.so: the few calls of MPI that the command makes, in the form that it loads them.
#include <mpi.h>

#include <algorithm>
#include <cstdint>

#include "ranks_plugin.hpp"

namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 30;  // bytes of one message
constexpr int kTag = 1;

// Calls action(first byte, number of them) for the parts of a long message.
template <class Action>
void in_parts(std::int64_t bytes, const Action& action) {
  for (std::int64_t at = 0; at < bytes; at += kMost)
    action(at, static_cast<int>(std::min(kMost, bytes - at)));
}

bool begin(int* rank, int* size) {
  int is_there = 0;
  MPI_Initialized(&is_there);
  if (is_there == 0 && MPI_Init(nullptr, nullptr) != MPI_SUCCESS) return false;
  return MPI_Comm_rank(MPI_COMM_WORLD, rank) == MPI_SUCCESS &&
         MPI_Comm_size(MPI_COMM_WORLD, size) == MPI_SUCCESS;
}

void broadcast(void* data, std::int64_t bytes) {
  in_parts(bytes, [&](std::int64_t at, int count) {
    MPI_Bcast(static_cast<char*>(data) + at, count, MPI_BYTE, 0, MPI_COMM_WORLD);
  });
}

void send(const void* data, std::int64_t bytes) {
  in_parts(bytes, [&](std::int64_t at, int count) {
    MPI_Send(static_cast<const char*>(data) + at, count, MPI_BYTE, 0, kTag, MPI_COMM_WORLD);
  });
}

void receive(int rank, void* data, std::int64_t bytes) {
  in_parts(bytes, [&](std::int64_t at, int count) {
    MPI_Recv(static_cast<char*>(data) + at, count, MPI_BYTE, rank, kTag, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
  });
}

void end() { MPI_Finalize(); }

}  // namespace

extern "C" bool nlsq_ranks_plugin(nlsq::command::RanksPlugin* to) {
  *to = {.begin = begin, .broadcast = broadcast, .send = send, .receive = receive, .end = end};
  return true;
}
