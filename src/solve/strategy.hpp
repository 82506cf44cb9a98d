// SPDX-License-Identifier: MIT
// What differs between trf, lm and dogbox: how a step is found from the summary and a radius.
// The loop in minimizer.cpp calls place once, then model at every new point, then propose and
// resize for every trial. See docs/architecture.md, "solve".
#pragma once

#include <memory>
#include <span>

#include "nlsq/options.hpp"
#include "solve/state.hpp"

namespace nlsq::solve {

class Strategy {
 public:
  virtual ~Strategy() = default;

  /// Moves a feasible start to where the strategy can work (trf: strictly inside the bounds).
  virtual void place(const State& state, std::span<double> x) const { (void)state, (void)x; }

  /// A first radius, after the first summary and scales are known.
  virtual void start(State& state) = 0;

  /// Prepares for steps from state.here; sets newton_reduction.
  virtual void model(State& state) = 0;

  /// Sets step, trial.x, step_length, predicted and held_short for the present radius.
  virtual void propose(State& state) = 0;

  /// Factor by which the scale of a parameter may follow its shrinking column; 1: not at all.
  virtual double scale_memory() const { return 1.0; }

  /// A new radius after the trial gave `actual` reduction of the cost.
  virtual void resize(State& state, double actual) const;
};

/// `method` is trf, lm or dogbox.
std::unique_ptr<Strategy> make_strategy(Method method, const State& state);
std::unique_ptr<Strategy> make_trf(const State& state);
std::unique_ptr<Strategy> make_lm(const State& state);
std::unique_ptr<Strategy> make_dogbox(const State& state);

}  // namespace nlsq::solve
