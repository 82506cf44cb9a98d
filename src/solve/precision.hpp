// SPDX-License-Identifier: MIT
// When passes are in single precision (docs/adr/0007). They serve the way to the minimum, not its
// end: the start is float64 and says whether
// there is a way to go, and float32 is left for good where the rest of the way is short, or where a
// step shows that rounding tells. The first float64 trial is only asked to be no worse than the
// point it comes from; no fit ends on the word of a float32 number, and its end is that of one in
// double precision alone. state.spare keeps the last point before float32.
#pragma once

#include <cstdint>
#include <span>

#include "nlsq/options.hpp"
#include "solve/evaluator.hpp"
#include "solve/state.hpp"
#include "solve/strategy.hpp"

namespace nlsq::solve {

/// Why float32 was left.
enum class Upgrade : std::uint8_t {
  none,            ///< it was not, or there was none
  gain_ratio,      ///< a small step did not bring what the model promised: rounding, no curvature
  gradient_floor,  ///< the gradient is near what rounding leaves of it
  conditioning,    ///< κ² ε no longer leaves digits in the normal matrix
  stagnation,      ///< two trials in a row changed the cost by next to nothing
  near,            ///< the whole step to the minimum promises next to nothing
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
  int small_ = 0;       // trials in a row that changed next to nothing
  int not_finite_ = 0;  // trials
};

/// Whether float32 pays, from the ratios of its times to those of float64 over pairs of runs in
/// turn (30 are wanted): a median of at most 0.95.
bool float32_pays(std::span<const double> ratios);

/// The policy at work in the minimizer.
class PrecisionControl {
 public:
  PrecisionControl(Evaluator& evaluator, State& state, const SolverOptions& options)
      : evaluator_(&evaluator),
        state_(&state),
        options_(&options),
        is_over_(options.precision == Precision::float64 || !evaluator.offers_float32()) {}

  /// Chooses the precision of the trial that was proposed. True: it is the first in float64 after
  /// others in float32, for take_over(). `limit` on the evaluations of the fit.
  bool choose(index_t limit);
  /// state.here is float32, and no more evaluations are left than it may take to end from there.
  bool is_due(index_t limit) const;
  /// After such a trial: it is accepted if it is no worse than state.here by more than rounding.
  /// When two in a row are not, state.here is evaluated anew.
  void take_over(Strategy& strategy);
  /// Judges a trial that brought `actual`; `stops`: a test would end the fit. None in float64.
  Upgrade judge(double actual, bool stops);
  /// The trial was accepted.
  void moved() { is_here_low_ = is_low_; }
  /// Goes on in float64 for good, unless there is no reason to. At the end of a fit, and where its
  /// triangle is of no use, state.here is evaluated anew if it was float32. False where nothing
  /// changed.
  bool raise(Upgrade why);

  bool is_low() const { return is_low_; }
  Upgrade why() const { return why_; }
  index_t passes() const { return passes_; }  ///< in float32

 private:
  void leave(Upgrade why);
  void renew();
  void evaluate_here();

  Evaluator* evaluator_;
  State* state_;
  const SolverOptions* options_;
  PrecisionPolicy policy_;
  bool is_over_;              // no trial will be float32 any more
  bool is_low_ = false;       // trials are float32
  bool is_here_low_ = false;  // so was state.here
  int refused_ = 0;           // trials in float64 from there
  Upgrade why_ = Upgrade::none;
  index_t passes_ = 0;
};

}  // namespace nlsq::solve
