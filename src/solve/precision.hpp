// SPDX-License-Identifier: MIT
// When a fit leaves single precision (docs/adr/0007). An evaluator may begin with passes whose
// residuals and derivatives are float32 and whose sums are float64: they serve the way to the
// minimum, not its end. What they cannot tell any more shows in the steps, and from then on all
// passes are float64; the point that was reached is evaluated anew, so no test ever compares two
// precisions, and the end of a fit is that of one in double precision alone.
#pragma once

#include <cstdint>
#include <span>

#include "nlsq/options.hpp"
#include "solve/evaluator.hpp"
#include "solve/state.hpp"

namespace nlsq::solve {

/// Why float32 was left.
enum class Upgrade : std::uint8_t {
  none,            ///< it was not, or there was none
  gain_ratio,      ///< a small step did not bring what the model promised: rounding, no curvature
  gradient_floor,  ///< the gradient is near what rounding leaves of it
  conditioning,    ///< κ² ε no longer leaves digits in the normal matrix
  stagnation,      ///< two trials in a row changed the cost by next to nothing
  not_finite,      ///< beyond the range of float32
  end,             ///< a stopping test was met, or the fit was ended
};

/// What a trial tells.
struct Trial {
  bool finite = true;
  double gain = 1;        ///< reduction of the cost over the promised one
  double promised = 1;    ///< promised reduction over the cost
  double reduction = 1;   ///< reduction over the cost; negative: it rose
  double optimality = 1;  ///< largest cosine of residual and column, at the better point
  double kappa = 1;       ///< bound of κ of the Jacobian there, columns scaled
};

class PrecisionPolicy {
 public:
  /// Whether to leave float32 after this trial, and why.
  Upgrade judge(const Trial& trial);

 private:
  int small_ = 0;  // trials in a row that changed next to nothing
};

/// Whether float32 pays, from the ratios of its times to those of float64 over pairs of runs in
/// turn (30 are wanted): a median of at most 0.95.
bool float32_pays(std::span<const double> ratios);

/// The policy at work in the minimizer.
class PrecisionControl {
 public:
  PrecisionControl(Evaluator& evaluator, State& state, const SolverOptions& options)
      : evaluator_(&evaluator), state_(&state), options_(&options) {
    if (options.precision == Precision::float64) evaluator.raise_precision();
  }
  /// Judges the last trial, after which the better point is state.here, or state.trial where
  /// `improved`.
  Upgrade judge(double actual, bool improved);
  /// Goes on in float64, state.here evaluated anew; false where that was so already.
  bool raise(Upgrade why);
  bool is_low() const { return evaluator_->is_low_precision(); }
  Upgrade why() const { return why_; }
  index_t passes() const { return passes_; }  ///< in float32, once it was left

 private:
  Evaluator* evaluator_;
  State* state_;
  const SolverOptions* options_;
  PrecisionPolicy policy_;
  Upgrade why_ = Upgrade::none;
  index_t passes_ = 0;
};

}  // namespace nlsq::solve
