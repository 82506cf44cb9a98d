// SPDX-License-Identifier: MIT
// The plan of many fits of one model, made once for all sets, from their numbers alone.
#pragma once

#include <span>

#include "nlsq/plan.hpp"

namespace nlsq::plan {

/// What is known of the sets before the first fit.
struct ManyShape {
  index_t fits = 0, free = 0;
  index_t rows = 0;                  ///< of each set, or of the longest
  std::span<const index_t> offsets;  ///< of sets of different lengths; empty: they are of one
  int lanes = 1;                     ///< of the instruction set
  index_t most_free = 0;             ///< that lanes take
  index_t most_lanes = 1;            ///< of any instruction set
};

/// Whether sets of so many rows run in lanes.
bool serves_lanes(index_t rows);

/// Lanes or not, with the sets that are too long for them.
ManyPlan make_many(const ManyShape& shape);
/// Lanes do not serve the model after all.
void leave_lanes(ManyPlan& plan);
/// Threads, of `threads` at most, and what they take at a time; once lanes are settled.
void share_sets(const ManyShape& shape, int threads, ManyPlan& plan);

}  // namespace nlsq::plan
