// SPDX-License-Identifier: MIT
// What the lanes of many fits work on, from what all sets have in common.
#pragma once

#include <vector>

#include "batch/lane_fitter.hpp"
#include "many/many_alone.hpp"
#include "problem/binding.hpp"

namespace nlsq::fit_impl {

struct LaneSetup {
  batch::ManyProblem problem;
  std::vector<double> lower, upper;  ///< of the free parameters
  std::vector<double> sigma;         ///< a number, spread out
  std::vector<index_t> long_sets;    ///< too long for lanes
};

/// Sets it up, where the plan is to use lanes; false where they do not serve the model.
bool set_up_lanes(const ManySetup& setup, Preparation& preparation, LaneSetup& lanes);

}  // namespace nlsq::fit_impl
