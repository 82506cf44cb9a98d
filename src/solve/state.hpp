// SPDX-License-Identifier: MIT
// What the loop and a strategy share: where we are, the trial, the scales and the trust region.
// `scale` maps scaled variables to parameters, x = scale·x̂; all vectors have n entries and are
// allocated once.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "linalg/summary.hpp"
#include "nlsq/types.hpp"

namespace nlsq::solve {

/// κ beyond which singular values decide the rank of a triangle.
inline constexpr double kSuspectKappa = 1e12;

struct Point {
  linalg::Vector x;
  linalg::Summary sum;
};

struct State {
  index_t n = 0;
  index_t rows = 0;
  bool linear_loss = true;
  std::span<const double> lower, upper;
  bool bounded = false;  ///< some bound is finite
  bool local = false;    ///< summaries hold models (Evaluator::has_local_models)

  Point* here = &points[0];  ///< the best point seen
  Point* trial = &points[1];
  Point* spare = &points[2];
  linalg::Vector step;         ///< trial.x − here.x
  linalg::Vector scale;        ///< x = scale·x̂
  bool own_scales = true;      ///< scales come from the columns, not from the caller
  linalg::Vector column_norm;  ///< max(‖J̃_j‖, |g_j|/F) at `here`, see measure_columns

  double first_step = 0;        ///< SolverOptions::first_step
  double radius = 0;            ///< of the trust region, in the strategy's own norm
  double sound_radius = 0;      ///< when derivatives were no estimates, the last time
  double step_length = 0;       ///< of the step, in that norm
  double predicted = 0;         ///< reduction of the cost the model promises
  double newton_reduction = 0;  ///< what the full Gauss-Newton step would promise
  bool last_finite = true;      ///< the last trial was finite
  bool held_short = false;      ///< radius or bound stopped the step before the Gauss-Newton point
  bool cut_by_bound = false;    ///< a bound did

  bool settled = false;  ///< no step is left for a polish

  double start_cost = 0;     ///< at the first point
  linalg::Vector largest;    ///< max |x_j| over the points accepted
  index_t flat_trials = 0;   ///< that were not accepted, lower though they were
  index_t small_steps = 0;   ///< trials in a row below ftol that did not gain speed
  index_t small_in_row = 0;  ///< trials in a row below ftol
  double milestone = std::numeric_limits<double>::infinity();  ///< cost when it last fell by ftol
  index_t since_milestone = 0;                                 ///< steps since then
  double last_small = 0;  ///< relative reduction of the last trial
  index_t nfev = 0, njev = 0, iterations = 0;

  State(index_t parameters, index_t row_count, std::span<const double> lo,
        std::span<const double> hi, bool has_local_models = false);
  State(const State&) = delete;
  State& operator=(const State&) = delete;

 private:
  Point points[3];  // steps move pointers, not points
};

/// The trial becomes where we are.
void accept(State& state);

/// √(2·cost): ‖f‖ for the linear loss, the size the gradient is compared with for every loss.
double residual_norm(const linalg::Summary& sum);

/// Sets state.column_norm at state.here. A robust loss can drop every row of a column from the
/// triangle while its gradient stays: by Cauchy-Schwarz |g_j|/F is no more than ‖J̃_j‖ where nothing
/// is lost, so it stands in.
void measure_columns(State& state);

/// The triangle and qtf of state.here explain its gradient (always, for the linear loss).
bool complete(const State& state);

/// A gradient in scaled variables has no part in a null space of the triangle but for rounding.
/// With a robust loss it may: rows that left the triangle can be all that tells parameters apart.
bool in_range(std::span<const double> g, std::span<const double> null, const State& state);

/// ‖v / scale‖₂.
double scaled_norm(std::span<const double> v, std::span<const double> scale);

}  // namespace nlsq::solve
