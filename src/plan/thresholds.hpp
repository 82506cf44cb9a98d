// SPDX-License-Identifier: MIT
// Numbers at which a plan changes its mind, with the measurement behind each. Those that a pass
// itself needs (leaves, conditioning of a fold, rows that occupy a thread) are beside it in reduce.
#pragma once

#include "nlsq/types.hpp"

namespace nlsq::plan {

// A sample of the rows (docs/adr/0005).
inline constexpr index_t kLeastSample = 1024;
inline constexpr index_t kMostSample = 131072;  // so that memory does not grow with the data
inline constexpr index_t kSampleAParameter = 64;
inline constexpr index_t kSampleShare = 64;  // of many rows one in so many is taken
inline constexpr index_t kWorthASample = 8;  // rows for each of the sample's, at least
inline constexpr index_t kMostSampledFree = 64;

// Passes in float32 (docs/adr/0007), however many threads there are, since the same bits shall come
// out: with fewer rows the calls of a pass outweigh what it saves, in between two threads would
// have too few each, and with more the float32 copy is worth its memory only to those who ask.
inline constexpr index_t kLeastFloat32Rows = 4000;
inline constexpr index_t kFloat32RowsForOne = 6143;
inline constexpr index_t kFloat32RowsForSeveral = 16384;
inline constexpr index_t kMostFloat32Rows = 131072;

// The sparse way (docs/adr/0014): parameters from which it pays, and for one that a row touches.
inline constexpr index_t kLeastSparseParameters = 40;
inline constexpr index_t kSparseParametersPerTouched = 4;

// Free parameters beyond which no start is searched for (docs/adr/0010).
inline constexpr index_t kMostSearched = 32;

// Rows from which "auto" takes a GPU for data that have to be uploaded first, and for such as are
// there (docs/adr/0015): with fewer a fit on the CPU is over before a dozen passes' launches are.
inline constexpr index_t kRowsToUpload = 10'000'000;
inline constexpr index_t kRowsResident = 200'000;

// Many fits (docs/adr/0008). Longer sets fill blocks by themselves, which takes less than a lane
// for each: kernels on blocks are as wide as lanes, and their rows come in order.
inline constexpr index_t kMostLaneRows = 2048;
// Sets that a thread takes at a time: so many shares for each thread, that the last ones end
// together, but vectors that are full a few times, and few enough to see progress and stops.
inline constexpr index_t kSharesAThread = 4;
inline constexpr index_t kLeastVectors = 4;
inline constexpr index_t kMostSetsAPart = 1024;

// One sweep over numbers in memory: from when several threads take part, and numbers for each.
inline constexpr index_t kSweptByOne = 65536, kSweptPerThread = 16384;

// Blocks of a pass that has to keep within a limit of memory, in rows; below the first the dispatch
// of instructions costs time.
inline constexpr index_t kGoodBlock = 64;
inline constexpr index_t kLeastBlock = 16;

}  // namespace nlsq::plan
