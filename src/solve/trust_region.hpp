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

/// Sets state.column_norm and state.scale at state.here. Given scales stay; else 1/‖J̃_j‖, where the
/// norm may fall by no more than a factor of `kForget` an iteration (Moré's keeps the largest ever
/// seen, which pins a parameter whose column has shrunk by decades). Zero columns: 1.
void update_scale(State& state, const SolverOptions& options, bool first);

/// Moré's rule: a bad step (gain < 1/4) shrinks the radius by the minimizer of the parabola through
/// cost, slope and trial cost, kept in [0.1, 0.5]; a good one (> 3/4, or no damping) sets it to
/// twice the step.
void resize_by_parabola(State& state, double actual);

}  // namespace nlsq::solve
