// SPDX-License-Identifier: MIT
// The scales of the parameters and the rules that resize a trust region (Moré 1978, §6; MINPACK
// lmder).
#pragma once

#include "nlsq/options.hpp"
#include "solve/state.hpp"

namespace nlsq::solve {

/// Reduction achieved over reduction promised; 1 when both are zero, 0 when the model promises
/// nothing.
double gain_ratio(double actual, double predicted);

/// Sets state.column_norm and state.scale at state.here. Given scales stay; else the reciprocal of
/// the larger of ‖J̃_j‖ and `memory` times what it was: 0 at the start, 1 keeps the largest norm
/// ever seen (Moré). Zero columns: 1. Scales that follow a shrinking column at once let a parameter
/// run away on a plateau.
void update_scale(State& state, const SolverOptions& options, double memory);

/// A step that reduced the cost with gain γ sets the radius to length / max(1/2, 1 − γ³), never
/// smaller: in a curved valley a long step of poor gain gets farther than a short one of good gain,
/// and the smooth growth avoids the cycle of doubling and halving. A step that did not is shrunk to
/// the minimizer of the parabola through cost, slope and trial cost, kept in [0.1, 0.5] (Moré 1978,
/// §6).
void resize_radius(State& state, double actual);

}  // namespace nlsq::solve
