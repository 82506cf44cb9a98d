// SPDX-License-Identifier: MIT
// The scales of the parameters and the rules that resize a trust region (Moré 1978, §6; MINPACK
// lmder).
#pragma once

#include <span>

#include "linalg/more_hebden.hpp"
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

/// Loads the model of state.here in scaled coordinates (A, and g in the same ones) into the step
/// finder.
void load_model(linalg::MoreHebden& finder, const linalg::Triangle& a, std::span<const double> g,
                const State& state);

/// The size of the start in scaled variables, or when that is far below ‖f‖ (a start at zero), a
/// part of ‖f‖, which has the same unit; 1 when the caller chose the scales.
double first_radius(const State& state, double size_of_start);

/// A step that reduced the cost with gain γ sets the radius to length / max(1/2, 1 − γ³), never
/// less than its length: in a curved valley a long step of poor gain gets farther than a short one
/// of good gain, and the smooth growth avoids the cycle of doubling and halving. A bound that cut
/// the step says nothing about the model, so then the radius does not fall. After a step that did
/// not reduce the cost it shrinks to the minimizer of the parabola through cost, slope and trial
/// cost, kept in [0.1, 0.5] (Moré 1978, §6).
void resize_radius(State& state, double actual);

}  // namespace nlsq::solve
